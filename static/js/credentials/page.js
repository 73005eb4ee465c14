// The page of one credential.

import { ask } from "../editor/server.js";
import { loadForm } from "./form.js";

const holder = document.getElementById("credential");
const { type, name, list } = holder.dataset;
const here = (key) => `${location.pathname}?${new URLSearchParams(key)}`;

/** One that asks for consent is shown again, to be connected; of others the list. */
async function saved(key) {
  const { credentials } = await ask("/credentials/picks.json");
  const now = credentials.find((one) => one.type === key.type && one.name === key.name);
  location.assign(now?.consent === "needed" ? here({ type: key.type, name: key.name }) : list);
}

const connect = document.getElementById("credential-connect");
connect?.addEventListener("click", async () => {
  connect.disabled = true;
  try {
    const { url } = await ask("/credentials/connect", { method: "POST", body: { type, name } });
    location.assign(url);
  } catch (error) {
    const told = document.getElementById("credential-refused");
    told.textContent = error.message;
    told.hidden = false;
    connect.disabled = false;
  }
});

loadForm(holder, type, name, { saved, cancel: () => location.assign(list) });
