// The lead queue by keyboard, and as long as one likes: rows come as they are scrolled to, and those far away are let go,
// so that a hundred thousand of them weigh no more than a few hundred. Without it the page has links and buttons.

const root = document.documentElement;
const table = () => document.getElementById("queue");
const seen = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

/**
 * The selected leads: their number, and how a form names them. That stays what it was when they were selected, though
 * their rows are renewed: what is decided was decided then, and is refused where somebody else touched the lead since.
 */
const picked = new Map();
/** The number of the lead that the keys are about, and where it stands. */
let cursor = "";
let place = 0;
/** What is about to be sent must not be sent twice. */
let sending = false;

/* Rows */

/** Blocks that are empty now: how high they were. */
const heights = new WeakMap();
const watch = new IntersectionObserver(
  (entries) => entries.forEach(({ target, isIntersecting }) => (isIntersecting ? fill(target) : letGo(target))),
  { rootMargin: "2000px 0px" },
);

/** Where the rows of a block begin and end, as the address says it. */
function span(block) {
  const { after, until } = block.dataset;
  return { ...(after && { after }), ...(until && { until }) };
}

async function load(block, again) {
  const from = new URL(table().dataset.rows, location.href);
  for (const [key, value] of Object.entries(span(block))) from.searchParams.set(key, value);
  // That somebody scrolled is a use of the session, that a colleague changed something is none.
  const answer = await fetch(from, { headers: again ? { "x-by-itself": "1" } : {}, signal: AbortSignal.timeout(20_000) });
  if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
  return seen("tbody", new DOMParser().parseFromString(await answer.text(), "text/html"));
}

/** Puts the rows of a block into it, those that it has now. */
async function fill(block, again = false) {
  if (block.busy || (block.full && !again)) return;
  block.busy = true;
  try {
    const fresh = await load(block, again);
    if (!block.isConnected) return;
    take(block, fresh);
  } catch {
    // It is tried again when it is scrolled to again; rows that may be old, in a moment.
    block.full = false;
    if (again) setTimeout(() => block.isConnected && fill(block, true), 3000 * (1 + Math.random()));
  } finally {
    block.busy = false;
  }
}

/** The rows of a fragment; what comes after them is a block of its own. */
function take(block, fresh) {
  block.replaceChildren(...fresh.children);
  block.full = true;
  const next = fresh.dataset.next;
  if (next && next != block.dataset.until) follow(block, next);
  mark();
}

/** Begins a block after another one. */
function follow(block, next) {
  const later = document.createElement("tbody");
  later.dataset.after = next;
  if (block.dataset.until) later.dataset.until = block.dataset.until;
  block.dataset.until = next;
  later.append(spacer(600));
  block.after(later);
  watch.observe(later);
}

/** Rows far away are let go; their room stays. */
function letGo(block) {
  if (!block.full || block.busy || block == seen("tbody", table()) || block.contains(document.activeElement)) return;
  heights.set(block, block.getBoundingClientRect().height);
  block.replaceChildren(spacer(heights.get(block)));
  block.full = false;
}

function spacer(height) {
  const row = document.createElement("tr");
  row.className = "room";
  const cell = document.createElement("td");
  cell.colSpan = 9;
  cell.style.blockSize = `${height}px`;
  row.append(cell);
  return row;
}

/** The page as the server sent it is the first block; from the second on the script renews the rows by itself. */
function begin() {
  const first = table() && seen("tbody", table());
  if (!first || first.full) return;
  first.full = true;
  const { next } = first.dataset;
  if (!next) return;
  const question = new URLSearchParams(location.search);
  if (question.get("after")) first.dataset.after = question.get("after");
  follow(first, next);
  seen("#later")?.setAttribute("hidden", "");
  table().dataset.own = "";
}

/** Something changed: the rows that are in sight are asked for again, the others when they come into it. */
function again() {
  for (const block of all("tbody", table())) {
    const { top, bottom } = block.getBoundingClientRect();
    if (!block.full) continue;
    if (bottom > -500 && top < innerHeight + 500) fill(block, true);
    else if (block != seen("tbody", table())) letGo(block);
    else fill(block, true);
  }
}

/* Selection and cursor */

const rows = () => all("#queue tr[data-lead]");
const row = (lead) => lead && seen(`#queue tr[data-lead="${lead}"]`);

/** Shows what is selected and where the cursor is, on rows that may be new. */
function mark() {
  for (const one of rows()) {
    const { lead } = one.dataset;
    const box = seen(".pick input", one);
    if (box) box.checked = picked.has(lead);
    one.toggleAttribute("data-picked", picked.has(lead));
    one.toggleAttribute("data-cursor", lead == cursor);
  }
  const words = seen("#picked");
  const count = picked.size;
  if (words) words.textContent = count ? `${count} selected` : "For the selected leads";
  seen("#bulk")?.toggleAttribute("data-idle", !count);
}

function pick(lead, on = !picked.has(lead)) {
  const shown = row(lead)?.dataset.shown;
  if (on && shown) picked.set(lead, shown);
  else picked.delete(lead);
  mark();
}

function point(one) {
  cursor = one.dataset.lead;
  place = rows().indexOf(one);
  mark();
}

function move(steps) {
  const there = rows();
  const at = there.findIndex((one) => one.dataset.lead == cursor);
  // Where the lead has left the list, the one that came in its place is the next.
  const next = there[Math.min(Math.max(at < 0 ? place : at + steps, 0), there.length - 1)];
  if (!next) return;
  point(next);
  seen(".row-link", next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

/* What is done */

/** Sends a form and shows the page that comes back, without losing the place in the list. */
async function send(form, more) {
  if (sending) return;
  sending = true;
  const body = new URLSearchParams();
  for (const [key, value] of new FormData(form)) if (key != "lead" || form.id != "bulk") body.append(key, value);
  for (const [key, value] of more) body.append(key, value);
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    // Nobody is signed in any more: the page leads to where one can.
    if (answer.status == 401) return void location.reload();
    await show(answer, await answer.text());
  } catch {
    tell("The server cannot be reached, so it is not known whether this was done. Do the same again in a moment: it counts once, and your selection stays.");
  } finally {
    sending = false;
  }
}

async function show(answer, text) {
  all("[data-said]").forEach((said) => said.remove());
  // The keys of its forms are spent: the fresh page has others, and a form in which something stands is not renewed.
  const fresh = new DOMParser().parseFromString(text, "text/html");
  if (answer.ok) picked.clear();
  // Who was refused has been told why, and decides anew by what the answer shows, as without a script.
  else for (const { dataset } of all("tr[data-lead]", fresh)) if (picked.has(dataset.lead)) picked.set(dataset.lead, dataset.shown);
  for (const id of ["bulk", "touch"]) {
    const [now, then] = [document.getElementById(id), fresh.getElementById(id)];
    if (!now || !then) continue;
    // Opened for the next lead meanwhile.
    if (now.open) seen('[name="key"]', now).value = seen('[name="key"]', then).value;
    else now.replaceWith(document.importNode(then, true));
  }
  // What was done is said by the address, so that it stays when others change something.
  if (answer.redirected) history.replaceState(null, "", answer.url);
  const { renew } = await import("./renew.js");
  renew(text, "");
  const said = all('#main > [role="alert"], #main > #told, #main > .told');
  if (!answer.redirected) for (const one of said) Object.assign(one.dataset, { own: "", said: "" });
  (said.find((one) => one.role == "alert") ?? said[0])?.scrollIntoView({ block: "nearest" });
}

/** Says something that the server could not say. */
function tell(words) {
  all("[data-said]").forEach((said) => said.remove());
  const notice = document.createElement("div");
  notice.className = "notice";
  Object.assign(notice.dataset, { kind: "error", own: "", said: "" });
  notice.setAttribute("role", "alert");
  const text = document.createElement("p");
  text.append(words);
  notice.append(text);
  (seen(".net[data-wide]") ?? seen(".tabs")).before(notice);
  notice.scrollIntoView({ block: "nearest" });
}

/** The leads that a key is about: those that are selected, else the one under the cursor. */
function meant() {
  if (picked.size) return [...picked.values()];
  const one = row(cursor)?.dataset.shown;
  return one ? [one] : [];
}

function act(name) {
  const form = seen("#bulk");
  const leads = meant();
  if (form && leads.length) send(form, [...leads.map((lead) => ["lead", lead]), ["act", name]]);
}

/** Unfolds a panel of the bar for the leads that are meant. */
function unfold(id) {
  const panel = document.getElementById(id);
  if (!panel) return;
  if (!picked.size && cursor) pick(cursor, true);
  panel.open = true;
  seen("select, input", panel)?.focus();
}

function touch(lead) {
  const dialog = seen("#touch");
  const one = row(lead);
  if (!dialog || !one || !seen("[data-touch]", one)) return;
  point(one);
  seen('input[name="lead"]', dialog).value = one.dataset.shown;
  seen("#touch-who").textContent = seen(".row-link", one).textContent;
  dialog.showModal();
  seen("button[data-key]", dialog).focus();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  x: () => cursor && pick(cursor),
  a: () => (picked.size || row(cursor)?.dataset.acceptable != null) && act("accept"),
  h: () => act("hand_over"),
  t: () => touch(cursor),
  v: () => row(cursor) && location.assign(`${seen(".row-link", row(cursor)).href}#verdict`),
  s: () => unfold("assign"),
  r: () => unfold("turn-down"),
  u: () => seen("#told form button")?.click(),
  "/": () => seen("#search")?.focus(),
  "?": () => seen("#keys")?.showModal(),
};

addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey || !table()) return;
  const dialog = seen("dialog[open]");
  const types = target.closest("textarea, select, input:not([type=checkbox], [type=radio])");
  if (dialog) {
    if (types) return;
    const button = all("button[data-key]", dialog).find((one) => one.dataset.key == key);
    if (button) event.preventDefault(), button.click();
    return;
  }
  if (key == "Escape") {
    const open = all("#bulk details[open]");
    open.forEach((one) => (one.open = false));
    if (types) target.blur();
    else if (!open.length) picked.clear(), mark();
    return;
  }
  if (types || !keys[key]) return;
  event.preventDefault();
  keys[key]();
});

document.addEventListener("click", (event) => {
  const way = event.target.closest("[data-touch]");
  if (way) {
    event.preventDefault();
    touch(way.closest("tr").dataset.lead);
  }
  if (event.target.closest("#all-keys")) seen("#keys").showModal();
  // A dialog of ours closes with a click beside it.
  if (event.target.matches("dialog.dialog")) event.target.close();
});

document.addEventListener("change", ({ target }) => {
  if (target.matches(".pick input")) pick(target.closest("tr").dataset.lead, target.checked);
});

document.addEventListener("focusin", ({ target }) => {
  const one = target.closest?.("tr[data-lead]");
  if (one && one.dataset.lead != cursor) point(one);
});

addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  const ours = form.id == "bulk" || form.closest("#touch") || form.closest("#told");
  if (!ours || form.method != "post") return;
  event.preventDefault();
  if (sending) return;
  const more = submitter?.name ? [[submitter.name, submitter.value]] : [];
  if (form.id == "bulk" && submitter?.name != "one") more.push(...[...picked.values()].map((lead) => ["lead", lead]));
  form.closest("dialog")?.close();
  send(form, more);
});

addEventListener("doubles:renewed", () => {
  if (!table()) return;
  if (table().dataset.own != null) again();
  ready();
});

function ready() {
  begin();
  mark();
  seen("#all-keys")?.removeAttribute("hidden");
}

for (const box of all(".pick input:checked")) pick(box.closest("tr").dataset.lead, true);
root.dataset.queue = "";
ready();
