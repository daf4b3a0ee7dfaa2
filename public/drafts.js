// Keeps what is typed into form[data-draft] in this browser, by person and form, and offers it back when the form is
// opened again and says something else. [data-taken] on a page says that what was sent last is saved.
const START = `draft${document.documentElement.dataset.base ?? ""}:`;
const box = (() => {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
})();
const read = (name) => {
  try {
    return JSON.parse(box.getItem(name));
  } catch {
    return null;
  }
};
const forget = (test) => Object.keys(box).forEach((name) => name.startsWith(START) && test(name) && box.removeItem(name));
const seen = (selector) => document.querySelector(selector);

// What stands in the form; `base.…` goes along, so that what others saved meanwhile is merged and not overwritten.
const fields = (form) => [...form.elements].filter((e) => e.name && (e.name.startsWith("base.") || !/^(hidden|password|submit|button)$/.test(e.type)));
const isTick = (e) => /^(radio|checkbox)$/.test(e.type);
const values = (form) => fields(form).filter((e) => !isTick(e) || e.checked).map((e) => [e.name, e.value]);
const bring = (e, kept) => {
  if (isTick(e)) e.checked = kept.some(([key, value]) => key === e.name && value === e.value);
  else kept.forEach(([key, value]) => key === e.name && (e.value = value));
};
const typed = (pairs) => JSON.stringify(pairs.filter(([name]) => !name.startsWith("base.")));

function offer(form, name, kept) {
  const bar = document.createElement("p");
  bar.className = "notice draft";
  bar.setAttribute("role", "status");
  const at = new Date(kept.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  bar.append(`You had typed something here on ${at}, and it is not saved. `);
  const act = (words, what) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.append(words);
    button.onclick = () => (what(), bar.remove(), form.querySelector("input:not([type=hidden]),textarea")?.focus());
    bar.append(button, " ");
  };
  act("Bring it back", () => (fields(form).forEach((e) => bring(e, kept.values)), form.dispatchEvent(new Event("change"))));
  act("Throw it away", () => box.removeItem(name));
  form.before(bar);
}

if (box) {
  if (seen("[data-forget-drafts]")) forget(() => true);
  if (seen("[data-taken]")) forget((name) => read(name)?.sent);
  document.querySelectorAll("form[data-draft]").forEach((form) => {
    const name = START + form.dataset.draft;
    const kept = read(name);
    const keep = (sent) => {
      try {
        box.setItem(name, JSON.stringify({ at: Date.now(), sent, values: values(form) }));
      } catch {}
    };
    if (kept && typed(kept.values) !== typed(values(form))) offer(form, name, kept);
    form.addEventListener("input", () => keep(false));
    form.addEventListener("submit", () => keep(true));
  });
}
