// The library while one types, and the press that copies. Without it the page has a button, and text that can be selected.

const field = document.getElementById("q");
const found = document.getElementById("found");
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

async function look(last) {
  const mine = ++asked;
  const address = question(field.dataset.found);
  if (last) address.searchParams.set("final", "1");
  try {
    const answer = await fetch(address);
    if (!answer.ok || answer.redirected || mine != asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine != asked) return;
    found.replaceChildren(...page.body.childNodes);
    history.replaceState(null, "", question(field.form.action));
  } catch {
    // The button asks again.
  }
}

if (field && found) {
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    clearTimeout(stopped);
    waiting = setTimeout(() => look(false), 90);
    // Only what somebody stopped typing at is what they looked for.
    stopped = setTimeout(() => look(true), 2500);
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
