// Keeps the open pages of one browser current. One tab, the one that holds a lock, reads the server's stream for all of
// them and passes on what it hears; while every tab is hidden none does. A page of the program hears of changes by
// events on the window (doubles:changed, doubles:numbers); a page that the server alone renders is asked for again here.

const page = document.documentElement;
/** The path below which Doubles lies; empty at the root of its host. Another one on the host is none of ours. */
const base = page.dataset.base ?? "";
const channel = new BroadcastChannel(`doubles${base}`);
const tab = sessionStorage.tab ??= Math.random().toString(36).slice(2, 12);
/** The newest change that this page knows of. */
let at = +page.dataset.seq;
/** Topics of the changes that it does not show yet, and who made the last of them. */
const due = new Set();
let actor = "";
/** Says to the server that nobody asked: no session lives on by it. */
const byItself = { "x-by-itself": "1" };
/** Until when what the program asks for is what it was just told of. */
let alone = 0;
const ask = window.fetch;
// The program has one way to ask, which does not know why it does.
window.fetch = (what, how) => {
  if (performance.now() > alone) return ask(what, how);
  const request = new Request(what, how);
  request.headers.set("x-by-itself", "1");
  return ask(request);
};
/** How many notices wait, as the stream that this tab reads said last. */
let waiting;
/** What keeps the stream open, or waits for its turn to. */
let turn;
let timer = 0;
let refreshed = 0;
/** Longer than the second after each, while the page cannot be asked for again. */
let pause = 1000;
let over = false;
/** The address that the program shows. */
let shown = location.href;
/** The path that colleagues were told, and how many seconds ago. */
let here = "";
let age = 0;
/** How often the stream has said who has this page open. */
let heard = 0;

/** What comes over the stream, here or in another tab. */
const hear = {
  change(news) {
    if (news.seq <= at) return;
    at = news.seq;
    actor = news.actor;
    news.topics.forEach((topic) => due.add(topic));
  },
  /** Too much to tell one by one. */
  reread(seq) {
    at = seq;
    due.add("*");
  },
  here(who) {
    if (who.path == location.pathname) heard++;
    show(who);
  },
  bell(count) {
    const bell = document.querySelector(".bell");
    if (!bell || bell.dataset.count == count) return;
    bell.dataset.count = count;
    due.add("bell");
  },
  /** Nobody is signed in any more. */
  over() {
    over = true;
    leave();
    const own = location.pathname.slice(base.length) || "/";
    const way = `${base}/sign-in?next=${encodeURIComponent(own + location.search)}`;
    const link = Object.assign(document.createElement("a"), { href: way, textContent: "You are signed out" });
    document.getElementById("presence")?.replaceChildren(link);
  },
  /** A tab that comes may have missed what the others have heard, and how much waits was told before it came. */
  hello(seq) {
    if (seq < at) channel.postMessage(["known", at]);
    if (waiting != null) channel.postMessage(["bell", waiting]);
  },
  known: (seq) => seq > at && hear.reread(seq),
};

function take(event, data) {
  hear[event]?.(data);
  schedule();
}

channel.onmessage = ({ data }) => take(...data);

/** Soon, not all pages at once, and not more than once a second. */
function schedule() {
  if (timer || document.hidden || !due.size) return;
  timer = setTimeout(refresh, Math.max(Math.random() * 300, refreshed + pause - performance.now()));
}

async function refresh() {
  const topics = [...due];
  due.clear();
  refreshed = performance.now();
  const concerns = (some) => topics.includes("*") || topics.some((topic) => some.includes(topic));
  dispatchEvent(new CustomEvent("doubles:changed", { detail: { topics, seq: at, actor } }));
  if (concerns(["numbers"])) {
    alone = performance.now() + 100;
    dispatchEvent(new Event("doubles:numbers"));
  }
  const own = page.dataset.live?.split(" ");
  try {
    if (own && (own[0] == "*" || concerns(own))) await askAgain();
    pause = 1000;
  } catch {
    // What it lacks it lacks still.
    for (const topic of topics) due.add(topic);
    pause = Math.min(pause * 2, 30_000);
  }
  timer = 0;
  schedule();
}

/** Asks for this page once more. Fails where that may go better in a moment. */
async function askAgain() {
  const asked = location.href;
  const signal = AbortSignal.timeout(20_000);
  const late = new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
  late.catch(() => {});
  // Of a former build, after an upgrade, it is not there any more.
  const program = import("./renew.js").catch(() => null);
  const answer = await fetch(asked, { headers: byItself, signal });
  if (answer.status >= 500 || answer.status == 429) throw new Error(answer.statusText);
  const [text, renewing] = await Promise.race([Promise.all([answer.text(), program]), late]);
  // A form that was answered meanwhile led to another address: what this answer holds is not what that one said.
  if (location.href != asked) due.add("*");
  else if (answer.ok && !answer.redirected && renewing) renewing.renew(text, actor);
  else sayOld();
}

/** This page cannot be made current by itself: it is another one by now, or the program is. */
function sayOld() {
  const main = document.getElementById("main");
  if (!main || main.querySelector(".meanwhile.old")) return;
  const note = Object.assign(document.createElement("p"), { className: "meanwhile old" });
  note.setAttribute("role", "status");
  const link = Object.assign(document.createElement("a"), { href: location.pathname + location.search, textContent: "Reload" });
  note.append("Changed since you opened it. ", link);
  main.prepend(note);
}

/** Waits for the turn to read the stream, and reads it until the tab is hidden. */
function join() {
  if (over || turn) return;
  turn = new AbortController();
  const { signal } = turn;
  const read = async () => {
    for (let pause = 500; !signal.aborted; pause = Math.min(pause * 2, 30_000)) {
      if (await listen(signal)) pause = 500;
      if (!signal.aborted) await new Promise((go) => setTimeout(go, pause * (1 + Math.random())));
    }
  };
  // Without https there are no locks: then each tab that is shown reads for itself.
  if (navigator.locks) navigator.locks.request(`doubles-live${base}`, { signal }, read).catch(() => {});
  else read();
  channel.postMessage(["hello", at]);
}

function leave() {
  turn?.abort();
  turn = undefined;
}

/** One connection; whether it was one. */
async function listen(signal) {
  const connection = new AbortController();
  const cut = () => connection.abort();
  signal.addEventListener("abort", cut);
  let silent;
  let connected = false;
  try {
    const answer = await fetch(`${base}/live`, { headers: { "last-event-id": at }, signal: connection.signal });
    if (answer.status == 401 || answer.status == 403) hear.over();
    connected = answer.ok;
    if (!connected) return false;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; ; ) {
      // The server says something every 15 seconds.
      silent = setTimeout(cut, 40_000);
      const { value, done } = await reader.read();
      clearTimeout(silent);
      if (done) break;
      const blocks = (text + value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) {
        const [, event, data] = /^event: (.+)\ndata: (.+)/m.exec(block) ?? [];
        if (!event) continue;
        if (event == "bell") waiting = JSON.parse(data);
        take(event, JSON.parse(data));
        channel.postMessage([event, JSON.parse(data)]);
      }
    }
  } catch {
    // Cut, by us or on the way.
  }
  waiting = undefined;
  clearTimeout(silent);
  signal.removeEventListener("abort", cut);
  return connected;
}

/**
 * Tells colleagues which page is open here, and shows who else has it. What was lost on the way is said again soon. The
 * reports of a tab are numbered, also across its pages, since they may overtake each other; and what the stream said
 * meanwhile is newer than the answer.
 */
async function report(path) {
  here = path;
  age = 0;
  const number = (sessionStorage.reports = Math.max(Date.now(), +(sessionStorage.reports ?? 0) + 1));
  const before = heard;
  try {
    // What of the page has a form open.
    const place = (path && document.querySelector("#main form[data-place]")?.dataset.place) ?? "";
    const body = new URLSearchParams({ tab, path, place, number });
    const answer = await fetch(`${base}/live/here`, { method: "POST", body, keepalive: true });
    const who = answer.ok && (await answer.json());
    if (who && heard == before) show(who);
  } catch {
    age = 25;
  }
}

/** Across a page that the program draws anew at the same address: scroll, focus, open details and typed text. */
function keep() {
  if (location.href != shown) return void (shown = location.href);
  const kept = [];
  for (const node of document.querySelectorAll("#main :is(details, input, .table-wrap)")) {
    const { open, value, checked, scrollLeft } = node;
    if (open != null) kept.push([node, (now) => (now.open = open)]);
    if (checked != node.defaultChecked) kept.push([node, (now) => (now.checked = checked)]);
    if (value != node.defaultValue) kept.push([node, (now) => (now.value = value)]);
    if (scrollLeft) kept.push([node, (now) => (now.scrollLeft = scrollLeft)]);
  }
  const { scrollX, scrollY, document: { activeElement } } = window;
  const { selectionStart: from, selectionEnd: to } = activeElement;
  kept.push([
    activeElement,
    (now) => {
      now.focus({ preventScroll: true });
      if (from != null) now.setSelectionRange(from, to);
    },
  ]);
  for (const one of kept) one[0] = way(one[0]);
  // The program draws before the next frame.
  requestAnimationFrame(() => {
    for (const [there, restore] of kept) {
      const node = document.querySelector(there);
      if (node) restore(node);
    }
    scrollTo(scrollX, scrollY);
  });
}

/** A selector that finds the element, or the one in its place. */
function way(node) {
  if (node.id) return `#${CSS.escape(node.id)}`;
  if (!node.parentElement) return ":root";
  const place = [...node.parentElement.children].indexOf(node) + 1;
  return `${way(node.parentElement)}>${node.localName}:nth-child(${place})`;
}

function show({ path, avatars, words, editing }) {
  if (path != location.pathname) return;
  for (const note of document.querySelectorAll(".at-work")) note.remove();
  for (const [place, who] of editing ?? []) {
    const note = Object.assign(document.createElement("p"), { className: "at-work", textContent: who });
    // Renewing the page leaves it alone.
    note.dataset.own = "";
    document.getElementById(place)?.firstElementChild?.prepend(note);
  }
  const signs = avatars.map(([initials, team]) => {
    const sign = Object.assign(document.createElement("span"), { className: "avatar", textContent: initials, ariaHidden: "true" });
    if (team) sign.dataset.team = team;
    return sign;
  });
  const there = document.getElementById("presence");
  there?.replaceChildren(...signs, words);
}

/** The meaning of a word that the keys stand on: Tab goes on into it, Escape closes it. */
let meaning;

addEventListener("focusin", ({ target }) => {
  if (meaning?.contains(target)) return;
  if (meaning?.matches(":popover-open")) meaning.hidePopover();
  // A word that is clicked or tapped opens by itself.
  meaning = target.matches(".word:focus-visible") ? target.popoverTargetElement : null;
  if (meaning?.matches(":not(:popover-open)")) meaning.showPopover({ source: target });
});

function attend() {
  if (over) return;
  if (document.hidden) {
    leave();
    report("");
  } else {
    join();
    schedule();
    report(location.pathname);
  }
}

setInterval(() => {
  if (over || document.hidden || (here == location.pathname && ++age < 30)) return;
  if (here != location.pathname) document.getElementById("presence")?.replaceChildren();
  report(location.pathname);
}, 1000);
addEventListener("doubles:renew", keep);
document.addEventListener("visibilitychange", attend);
addEventListener("submit", ({ target }) => {
  if (!target.action?.endsWith(`${base}/sign-out`)) return;
  // While the session still says whose tab it is.
  report("");
  channel.postMessage(["over"]);
  over = true;
  leave();
});
attend();
