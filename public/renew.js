// Puts what the server says now in the place of what it said before, without taking anything from whoever reads or
// types: scroll, focus, open details and typed text stay.

import { Idiomorph } from "idiomorph";

/**
 * Renews the page's main part from a document. A form in which something was typed stays as it is, but for the one that
 * was just sent: the document answers it.
 */
export function renew(text, actor, sent) {
  const main = document.getElementById("main");
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("main");
  if (!fresh) return;
  for (const note of main.querySelectorAll(".meanwhile")) note.remove();
  const kept = [];
  const isHeld = (node) => node.tagName == "FORM" && node != sent && isTouched(node);
  Idiomorph.morph(main, fresh, {
    ignoreActiveValue: true,
    callbacks: {
      beforeNodeMorphed(before, after) {
        // A script of the page renews it by itself.
        if (before.id == "presence" || before.dataset?.own != null) return false;
        if (before.tagName == "DETAILS") after.open = before.open;
        // What somebody has opened to do something in stays under their hands.
        if (before.tagName == "DIALOG" && before.open) return false;
        if (!isHeld(before)) return true;
        if (said(before) != said(after)) kept.push(before);
        return false;
      },
      // What is being typed into is not taken away either.
      beforeNodeRemoved: (before) => before.dataset?.own == null && !isHeld(before),
    },
  });
  for (const form of kept) form.before(note(actor));
  renewCounts(fresh.ownerDocument);
  dispatchEvent(new Event("doubles:renewed"));
}

/** What waits behind the links of the navigation. */
function renewCounts(fresh) {
  for (const link of document.querySelectorAll(".rail li a")) {
    const now = [...fresh.querySelectorAll(".rail li a")].find((other) => other.href == link.href)?.querySelector(".count");
    link.querySelector(".count")?.remove();
    if (now) link.append(document.importNode(now, true));
  }
}

/** What a form says, but for the key by which the server knows it: each page has a new one. */
function said(form) {
  const copy = form.cloneNode(true);
  for (const key of copy.querySelectorAll('[name="key"]')) key.remove();
  return copy.outerHTML;
}

/** Whether it holds something that the server did not put there. */
function isTouched(form) {
  return [...form.elements].some((field) => {
    if (field.options) {
      const first = [...field.options].findLastIndex((option) => option.defaultSelected);
      return field.selectedIndex != Math.max(first, 0);
    }
    if (field.type == "checkbox" || field.type == "radio") return field.checked != field.defaultChecked;
    return field.type != "hidden" && "defaultValue" in field && field.value != field.defaultValue;
  });
}

function note(actor) {
  const note = document.createElement("p");
  note.className = "meanwhile";
  note.setAttribute("role", "status");
  const link = Object.assign(document.createElement("a"), { href: location.href, textContent: "Show what it is now" });
  note.append(`Changed by ${actor || "somebody"} since you opened this page; what you typed is kept here. `, link);
  return note;
}
