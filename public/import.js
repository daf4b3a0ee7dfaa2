// The comfort of the pages of imports, which work without it: a file that is dropped, how far an upload and a job are,
// and a preview that follows the form.

const main = document.getElementById("main");
const seen = (selector) => main.querySelector(selector);

/** Puts an answer in the place of the page's main part. */
async function show(answer, sent) {
  const text = await answer.text();
  const { renew } = await import("./renew.js");
  renew(text, "", sent);
  if (answer.redirected && answer.url != location.href) history.replaceState(null, "", answer.url);
  attend();
}

/** A job is asked how far it is, each second, for as long as there is one. */
let asking = 0;
async function ask() {
  asking = 0;
  const before = seen("[data-job]");
  if (!before) return;
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { "x-by-itself": "1" } });
      if (answer.ok && !answer.redirected) await show(answer);
      if (!seen("[data-job]")) arrive();
    } catch {
      // The server may be back in a second.
    }
  }
  attend();
}

/** What a job led to is read aloud and stands in view. */
function arrive() {
  const title = seen("#checked h2, .section.first h2, .notice h2, h1");
  if (!title) return;
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
  title.scrollIntoView({ block: "nearest" });
}

function attend() {
  if (!asking && seen("[data-job]")) asking = setTimeout(ask, 1000);
  main.querySelectorAll("form[data-upload]").forEach(prepareUpload);
}

/** Each change of the columns is sent, and what it leads to takes the form's place. The last one counts. */
let turn = 0;
main.addEventListener("change", async ({ target }) => {
  const form = target.closest("form[data-preview]");
  // A field without its value, or the other way round, says nothing yet.
  if (!form || (target.name == "set_field" && !form.elements.set_value.value)) return;
  if (target.name == "set_value" && !form.elements.set_field.value) return;
  const own = ++turn;
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (own == turn && answer.headers.get("content-type")?.startsWith("text/html")) await show(answer, form);
  } catch {
    // The button sends it once more.
  }
  if (own == turn) form.removeAttribute("aria-busy");
});

function prepareUpload(form) {
  if (form.dataset.ready) return;
  form.dataset.ready = "yes";
  const input = form.elements.file;
  const drop = input.closest(".drop");
  const hint = drop.querySelector(".hint");
  const told = hint.textContent;
  const check = () => {
    const [file] = input.files;
    const large = file && file.size > +form.dataset.upload;
    input.setCustomValidity(large ? `This file is larger than what this server takes (${told.split("at most ").pop()})` : "");
    hint.textContent = file ? `${file.name}, ${(file.size / 1e6).toFixed(1)} MB. ${told}` : told;
    if (large) input.reportValidity();
  };
  input.addEventListener("change", check);
  for (const over of ["dragenter", "dragover"]) {
    form.addEventListener(over, (event) => {
      event.preventDefault();
      drop.dataset.over = "";
    });
  }
  for (const away of ["dragleave", "drop"]) form.addEventListener(away, () => delete drop.dataset.over);
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    check();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}

/** Uploads a form and says how far it is. */
function send(form) {
  const bar = Object.assign(document.createElement("progress"), { max: 100, id: "sent" });
  const words = Object.assign(document.createElement("label"), { htmlFor: "sent", textContent: "Uploading" });
  const box = Object.assign(document.createElement("div"), { className: "progress" });
  box.setAttribute("role", "status");
  box.append(words, bar);
  const button = form.querySelector("button");
  button.disabled = true;
  button.after(box);
  const end = (said) => {
    button.disabled = false;
    if (said) words.textContent = said;
    else box.remove();
  };
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.responseType = "text";
  request.upload.onprogress = ({ loaded, total }) => {
    bar.value = (loaded * 100) / total;
    words.textContent = loaded < total ? `Uploading, ${Math.floor((loaded * 100) / total)} %` : "Looking at its columns";
  };
  request.onerror = () => end("The upload broke off. Nothing was kept; try again.");
  request.onload = async () => {
    if (request.status < 400) return void location.assign(request.responseURL);
    end();
    const { renew } = await import("./renew.js");
    renew(request.responseText, "", form);
    arrive();
  };
  request.send(new FormData(form));
}

attend();
