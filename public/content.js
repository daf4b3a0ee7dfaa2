// The library while one types, and the press that copies. Without it the page has a button, and text that can be selected.

const field = document.getElementById("q");
const narrow = document.querySelector(".narrow");

// On a wide screen there is room for what narrows down.
const wide = matchMedia("(width >= 56rem)");
const unfold = () => narrow && wide.matches && (narrow.open = true);
unfold();
wide.addEventListener("change", unfold);

let asked = 0;
let waiting;
let stopped;

/** The address of what is asked now. */
function question(path) {
  const address = new URL(path, location.href);
  for (const [key, value] of new FormData(field.form)) if (value) address.searchParams.append(key, value);
  return address;
}

/** Takes over what somebody has ticked and not asked for yet. */
function keep(before, after) {
  const same = (old) => [...after.elements].find((other) => other.name == old.name && other.value == old.value);
  for (const old of before.querySelectorAll("[type=checkbox]")) {
    const box = same(old);
    if (!box) continue;
    box.checked = old.checked;
    if (box.checked) box.disabled = false;
  }
  const [was, is] = [before, after].map((form) => form.elements.namedItem("sort"));
  if (was && is) is.value = was.value;
}

/** Puts each part of an answer in the place of the one of its name. */
function show(parts) {
  for (const part of [...parts]) {
    const before = document.getElementById(part.id);
    if (!before) continue;
    if (part.id != "facets") {
      before.replaceWith(part);
      continue;
    }
    keep(before, part);
    const at = before.contains(document.activeElement) ? document.activeElement : undefined;
    before.replaceWith(part);
    if (at) [...part.elements].find((other) => other.name == at.name && (other.value == at.value || !at.name))?.focus();
  }
}

async function look() {
  const mine = ++asked;
  try {
    const answer = await fetch(question(field.dataset.found));
    if (!answer.ok || answer.redirected || mine != asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine != asked) return;
    show(page.body.children);
    history.replaceState(null, "", question(field.form.action));
  } catch {
    // The button asks again.
  }
}

/** Only what somebody stopped typing at is what they looked for. */
function tell() {
  const address = question(field.dataset.found);
  address.searchParams.set("final", "1");
  fetch(address).catch(() => {});
}

if (field) {
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    clearTimeout(stopped);
    waiting = setTimeout(look, 90);
    stopped = setTimeout(tell, 2500);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key != "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.value);
      button.textContent = "Copied";
    } catch {
      text.select();
    }
  });
}
