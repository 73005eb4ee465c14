// The page of one's keys: where the keys are, what can be done with them here, and the log, checked.

import { toBase64 } from "./bytes.js";
import * as changes from "./changes.js";
import { Declined } from "./confirm.js";
import { supported, UNSUPPORTED } from "./ed25519.js";
import { prove, situation } from "./signing.js";

const page = document.getElementById("my-keys");
const told = document.getElementById("keys-told");
const part = (name) => page.querySelector(`[data-part="${name}"]`);
let found = null;

function tell(text, bad = false) {
  told.textContent = text;
  told.className = bad ? "bad" : "good";
  told.hidden = !text;
}

function show(...names) {
  for (const one of page.querySelectorAll("[data-part]")) one.hidden = !names.includes(one.dataset.part);
}

// Shows a new recovery key; resolves once the person says that it is put away.
function saved(text) {
  const dialog = document.getElementById("recovery-key");
  dialog.querySelector("code").textContent = text;
  const link = dialog.querySelector("a");
  const address = URL.createObjectURL(new Blob([`Recovery key of ${found.person}\n\n${text}\n`], { type: "text/plain" }));
  link.href = address;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve, reject) => {
    dialog.addEventListener(
      "close",
      () => {
        URL.revokeObjectURL(address);
        dialog.querySelector("code").textContent = "";
        if (dialog.returnValue === "saved") resolve();
        else reject(new Declined());
      },
      { once: true },
    );
  });
}

const acts = {
  move: () => changes.moveHere(found.person, saved),
  rotate: () => changes.rotate(found),
  recover: (form) => changes.recover(found.person, form.elements.key.value, saved),
  revoke: (form) => changes.revoke(found, form.elements.key?.value),
  join: (form) => changes.join(found.person, form.elements.name.value.trim()),
  allow: (form) => changes.allow(found, form.dataset.sub, form.dataset.name),
  withdraw: (form) => changes.withdraw(found, form.dataset.sub, form.dataset.name),
};

async function act(form) {
  try {
    await acts[form.dataset.act](form);
    sessionStorage.setItem("keys-done", form.dataset.done);
    location.reload();
  } catch (error) {
    tell(error.message, !(error instanceof Declined));
  }
}

async function look() {
  if (!(await supported())) {
    show("unsupported");
    part("unsupported").textContent = UNSUPPORTED;
    return;
  }
  try {
    found = await situation();
  } catch (error) {
    show();
    tell(`The key log is not valid: ${error.message}`, true);
    return;
  }
  const events = found.state.sequence + 1;
  part("checked").textContent = `This browser has checked ${events === 1 ? "the event and its signature" : `all ${events} events and their signatures`}.`;
  if (found.held) show("held", "checked");
  else if (found.active?.identity === found.person) show("first", "checked");
  else if (found.active) show("further", "checked", "lost");
  else if (Object.values(found.states).some(isMine)) show("asked", "checked", "lost");
  else show("strange", "checked", "lost");
}

// Whether a further browser's log is of a key in this one, which does not act yet.
function isMine(state) {
  const key = state.key.join();
  return state.identity !== found.person && found.pairs.some((one) => one.publicKey.join() === key);
}

// Tokens stand for the person, so that whoever holds the key must ask for them.
async function askForToken(form) {
  try {
    const challenge = await changes.challenge(found.active?.identity ?? found.person);
    const name = form.elements.name.value;
    const proof = await prove(challenge, `Create the token ${name}`, ["Whoever has it may do in your name what its scopes allow."]);
    form.elements.proof_identity.value = proof.identity;
    form.elements.challenge.value = toBase64(challenge);
    form.elements.signature.value = toBase64(proof.signature);
    form.submit();
  } catch (error) {
    tell(error.message, !(error instanceof Declined));
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.act) {
    event.preventDefault();
    act(form);
  } else if (form.id === "new-token" && found && !found.held) {
    event.preventDefault();
    askForToken(form);
  }
});

tell(sessionStorage.getItem("keys-done") ?? "");
sessionStorage.removeItem("keys-done");
await look();
page.setAttribute("aria-busy", "false");
