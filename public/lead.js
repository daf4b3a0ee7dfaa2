// A lead's page by keyboard, and a verdict's form that shows only what the chosen reason asks for. Without it the page
// has its links, buttons and every field.

const seen = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
/** What is about to be sent must not be sent twice. */
let sending = false;

const press = (id) => document.getElementById(id)?.click();

/** Unfolds what a form is folded behind, and goes to its first field. */
function unfold(id) {
  const part = document.getElementById(id);
  if (!part) return;
  const panel = part.closest("details");
  if (panel) panel.open = true;
  const inner = part.matches("section") ? seen("details.again", part) : null;
  if (inner) inner.open = true;
  seen("button[data-key], input:not([type=hidden]), select, textarea", part)?.focus();
  part.scrollIntoView({ block: "nearest" });
}

const keys = {
  j: () => press("next"),
  k: () => press("previous"),
  b: () => press("back"),
  a: () => press("accept"),
  h: () => press("hand-over"),
  u: () => press("undo"),
  t: () => unfold("touch"),
  n: () => unfold("plan"),
  o: () => unfold("deal"),
  s: () => unfold("assign"),
  v: () => unfold("verdict"),
  c: () => unfold("comment"),
  "?": () => seen("#keys").showModal(),
};

/** In the form of a touch each way has a key; v means a meeting there too. */
function way(key, target) {
  const form = seen("#touch");
  if (!form?.closest("details").open || !form.contains(target)) return null;
  const meant = { v: "g", V: "G" }[key] ?? key;
  return all("button[data-key]", form).find((button) => button.dataset.key == meant);
}

addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  if (key == "Enter" && (ctrlKey || metaKey)) {
    const form = target.closest?.("#verdict-form, #comment");
    if (form) event.preventDefault(), form.requestSubmit();
    return;
  }
  if (ctrlKey || metaKey || altKey || seen("dialog[open]")) return;
  const types = target.closest("textarea, select, input:not([type=checkbox], [type=radio])");
  if (key == "Escape") {
    const open = seen(".acts details[open]");
    if (open) (open.open = false), seen("summary", open).focus();
    else if (types) target.blur();
    return;
  }
  if (types) return;
  const button = way(key, target);
  if (!button && !keys[key]) return;
  event.preventDefault();
  if (button) button.click();
  else keys[key]();
});

addEventListener("submit", (event) => {
  if (event.target.method != "post") return;
  if (sending) event.preventDefault();
  sending = true;
});
// Whoever comes back by the browser's own button may send again.
addEventListener("pageshow", () => (sending = false));

/* The verdict */

function adapt() {
  const form = seen("#verdict-form");
  if (!form) return;
  const decision = seen("[name=decision]:checked", form)?.value;
  const reason = decision == "good" ? null : seen("[name=reason]:checked", form);
  if (decision) form.dataset.decision = decision;
  const asks = reason?.dataset.asks;
  form.toggleAttribute("data-unproven", reason != null && !asks);
  const label = seen(".proof-field [data-asks]", form);
  label.textContent = asks || label.dataset.asks;
  const says = reason?.dataset.says ?? "";
  const asked = seen("#asked");
  if (asked.textContent != says) asked.textContent = says;
}

/* Whom a comment names */

/** Offers the names that go on from an @ before the cursor. */
function offer(area) {
  seen("#mentions")?.remove();
  const before = area.value.slice(0, area.selectionStart);
  const begun = /@([\p{L}\p{N} .'-]{0,40})$/u.exec(before);
  if (!begun) return;
  const wanted = begun[1].toLowerCase();
  const names = area.dataset.names.split("\n");
  const found = names.filter((name) => name.toLowerCase().startsWith(wanted) && name.toLowerCase() != wanted).slice(0, 6);
  if (!found.length) return;
  const bar = Object.assign(document.createElement("span"), { id: "mentions", className: "row mentions" });
  bar.dataset.own = "";
  bar.append(
    ...found.map((name) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: `@${name}` });
      button.onclick = () => {
        const start = before.length - begun[1].length;
        area.setRangeText(`${name} `, start, area.selectionStart, "end");
        bar.remove();
        area.focus();
      };
      return button;
    }),
  );
  area.after(bar);
}

document.addEventListener("input", ({ target }) => target.matches("textarea[data-names]") && offer(target));
document.addEventListener("change", ({ target }) => target.closest("#verdict-form") && adapt());
document.addEventListener("click", ({ target }) => {
  if (target.closest("#all-keys")) seen("#keys").showModal();
  if (target.closest("#to-verdict")) unfold("verdict");
  // A dialog closes with a click beside it, a panel too.
  if (target.matches("dialog.dialog")) target.close();
  for (const open of all(".acts details[open]")) if (!open.contains(target)) open.open = false;
  if (target.closest('a[href="#assign"]')) unfold("assign");
});

function ready() {
  adapt();
  seen("#all-keys")?.removeAttribute("hidden");
}

addEventListener("doubles:renewed", ready);
ready();
if (location.hash.length > 1) unfold(location.hash.slice(1));
