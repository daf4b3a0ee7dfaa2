// What other criteria would have meant, while they are typed: the answer is asked for again and put in its place, and the
// address says what is tried. Without it the form has its button.

const form = document.querySelector("form[data-own=what-if]");
const result = document.getElementById("result");
/** So that an older answer does not come after a newer one. */
let asked = 0;
let waiting = 0;

async function ask() {
  const number = ++asked;
  const search = new URLSearchParams(new FormData(form)).toString();
  result.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${form.dataset.result}?${search}`);
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const text = await answer.text();
    if (number != asked) return;
    const fresh = new DOMParser().parseFromString(text, "text/html");
    result.replaceChildren(...fresh.body.childNodes);
    history.replaceState(null, "", `?${search}`);
  } catch {
    // What stands there is older than the form says: the form's own button asks as the browser does.
  } finally {
    if (number == asked) result.removeAttribute("aria-busy");
  }
}

form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, 250);
});
