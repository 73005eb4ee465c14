// Checks or imports n8n exports, one request a file, and shows the reports.
const form = document.getElementById("import");
const files = document.getElementById("files");
const progress = document.getElementById("progress");
const told = document.getElementById("told");
const report = document.getElementById("report");

async function send(name, text, action) {
  const body = new FormData();
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  body.set("name", name);
  body.set("document", text);
  body.set("action", action);
  const answer = await fetch(location.pathname, { method: "POST", body, headers: { "X-CSRFToken": token } });
  if (answer.ok || answer.status === 422) return answer.text();
  throw new Error(`the node answered ${answer.status}`);
}

async function work(action) {
  const pasted = form.elements.document.value.trim();
  const all = [...files.files].map((file) => ({ name: file.name, read: () => file.text() }));
  if (pasted) all.push({ name: "pasted", read: async () => pasted });
  report.replaceChildren();
  progress.hidden = false;
  progress.max = all.length || 1;
  progress.value = 0;
  for (const one of all) {
    try {
      report.insertAdjacentHTML("beforeend", await send(one.name, await one.read(), action));
    } catch (error) {
      const line = document.createElement("p");
      line.className = "bad";
      line.textContent = `${one.name}: ${error.message}`;
      report.append(line);
    }
    progress.value += 1;
    told.textContent = `${progress.value} of ${all.length} files`;
  }
  if (!all.length) told.textContent = "Choose a file or paste an export first.";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  work(event.submitter?.value ?? "check");
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  files.files = event.dataTransfer.files;
  work("check");
});
