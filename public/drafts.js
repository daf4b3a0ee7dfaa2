// Keeps what is typed into form[data-draft] in this browser, by person and form, and offers it back when the form is
// opened again and says something else. A draft that was sent carries the key of its form, and goes when the server says
// that it has taken that form: no other one.
const base = document.documentElement.dataset.base ?? "";
const START = `draft${base}:`;
/** The server knows which forms it has taken for so long. */
const KNOWN = 86_400_000;
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
const names = () => Object.keys(box).filter((name) => name.startsWith(START));
const forget = (test) => names().forEach((name) => test(name) && box.removeItem(name));

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
  const lost = kept.sent && Date.now() - kept.at > KNOWN;
  bar.append(`You had typed something here on ${at}, and ${lost ? "sent it; look whether it was saved" : "it is not saved"}. `);
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

/** Forgets what was sent and is saved. */
async function forgetTaken() {
  const sent = names().map((name) => read(name)?.sent).filter((key) => typeof key == "string");
  if (!sent.length) return;
  try {
    const asked = new URLSearchParams(sent.map((key) => ["key", key]));
    const answer = await fetch(`${base}/live/taken?${asked}`, { signal: AbortSignal.timeout(10_000) });
    const taken = answer.ok ? await answer.json() : [];
    forget((name) => taken.includes(read(name)?.sent));
  } catch {
    // It is offered once more than it need be.
  }
}

if (box) {
  const forms = [...document.querySelectorAll("form[data-draft]")].map((form) => {
    const name = START + form.dataset.draft;
    const keep = (sent) => {
      try {
        box.setItem(name, JSON.stringify({ at: Date.now(), sent, values: values(form) }));
      } catch {}
    };
    form.addEventListener("input", () => keep());
    form.addEventListener("submit", () => keep(form.elements.key?.value));
    return [form, name, read(name)];
  });
  if (document.querySelector("[data-forget-drafts]")) forget(() => true);
  else await forgetTaken();
  for (const [form, name, kept] of forms) {
    const now = read(name);
    // Taken, or written over while the server was asked.
    if (!kept || now?.at != kept.at) continue;
    if (typed(kept.values) != typed(values(form))) offer(form, name, kept);
    // Sent, and it says the same as what stands: there was nothing to save.
    else if (kept.sent && kept.sent != form.elements.key?.value) box.removeItem(name);
  }
}
