// The import page: takes documents from files, the clipboard and addresses, and shows what is said of each.

import { h } from "../editor/dom.js";
import { ask } from "../editor/server.js";
import { Queue, summary } from "./queue.js";

const form = document.getElementById("imports");
const files = document.getElementById("imports-files");
const progress = document.getElementById("imports-progress");
const told = document.getElementById("imports-told");
const list = document.getElementById("imports-list");
const all = document.getElementById("imports-all");
const none = document.getElementById("imports-none");
const { document: pasted, url } = form.elements;
const bytesMax = Number(form.dataset.bytesMax);

async function send({ name, text }, action) {
  const body = new FormData();
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  for (const [field, value] of Object.entries({ name, document: text, action })) body.set(field, value);
  const answer = await fetch(location.pathname, { method: "POST", body, headers: { "X-CSRFToken": token } });
  if (answer.ok || answer.status === 422) return { ok: answer.ok, report: await answer.text() };
  throw new Error(answer.status === 403 ? "you may not import flows here" : `the node answered ${answer.status}`);
}

const queue = new Queue(send, show);
const lines = new Map(); // document -> its line in the list

function show() {
  for (const one of queue.documents) drawLine(one);
  for (const [one, line] of lines) if (!queue.documents.includes(one)) (line.remove(), lines.delete(one));
  progress.hidden = !queue.busy;
  progress.max = queue.busy || 1;
  progress.value = queue.done;
  told.textContent = summary(queue.documents);
  all.disabled = Boolean(queue.busy) || !queue.ready.length;
  all.textContent = queue.ready.length > 1 ? `Import ${queue.ready.length} documents` : "Import";
  none.hidden = !queue.documents.length || Boolean(queue.busy);
}

const WORDS = { looking: "Is looked at", ready: "Ready", refused: "Cannot be imported", storing: "Is imported", stored: "Imported", failed: "Failed" };

function drawLine(one) {
  const line = lines.get(one) ?? list.appendChild(h("li", {}));
  if (line.dataset.state === one.state) return;
  lines.set(one, line);
  line.dataset.state = one.state;
  const bad = one.state === "failed" || one.state === "refused";
  const drop = ["ready", "refused", "failed"].includes(one.state) ? h("button", { type: "button", class: "quiet", "aria-label": `Leave out ${one.name}`, onclick: () => queue.drop(one) }, "Leave out") : null;
  const head = h("div", { class: "imports-head" }, h("h2", {}, one.name), h("span", { class: bad ? "bad" : "soft" }, WORDS[one.state]), drop);
  line.replaceChildren(head);
  if (one.error) line.append(h("p", { class: "bad", role: "alert" }, one.error));
  else line.insertAdjacentHTML("beforeend", one.report); // made by the node, which escapes what it was sent
}

function take(given) {
  queue.add([...given].map((file) => ({ name: file.name, read: () => (file.size > bytesMax ? tooLarge() : file.text()) })));
}

function tooLarge() {
  throw new Error(`it is larger than ${Math.floor(bytesMax / 1024 / 1024)} MB`);
}

function takePasted() {
  const text = pasted.value;
  if (!text.trim()) return pasted.focus();
  pasted.value = "";
  return queue.add([{ name: "pasted", read: async () => text }]);
}

async function takeAddress() {
  const wanted = url.value.trim();
  if (!wanted || !url.reportValidity()) return url.focus();
  const found = ask(form.dataset.fetch, { method: "POST", body: { url: wanted } });
  url.value = "";
  return queue.add([{ name: wanted, read: async () => (await found).text }]);
}

document.getElementById("imports-paste").addEventListener("click", takePasted);
document.getElementById("imports-fetch").addEventListener("click", takeAddress);
all.addEventListener("click", () => queue.store());
none.addEventListener("click", () => [...queue.documents].forEach((one) => queue.drop(one)));
files.addEventListener("change", () => (take(files.files), (files.value = "")));
form.addEventListener("submit", (event) => (event.preventDefault(), takeAddress()));
document.addEventListener("dragover", (event) => (event.preventDefault(), document.body.classList.add("imports-over")));
document.addEventListener("dragleave", (event) => event.relatedTarget ?? document.body.classList.remove("imports-over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("imports-over");
  take(event.dataTransfer.files);
});
if (files.files.length) take(files.files); // chosen before this script was there
