// Votes: the page says in words what is signed, the key in this browser signs it, and the node gets the ballot.
// Where the node holds the person's key, it signs once the person has agreed.

import { concat, hex, sha256, toBase64 } from "../keys/bytes.js";
import { confirmed, Declined } from "../keys/confirm.js";
import { ask } from "../keys/node.js";
import { sign, situation } from "../keys/signing.js";
import { bytesOf, encode } from "./ballot.js";

function choiceOf(form, answer) {
  if (answer) return [[answer, 1]];
  const given = [...form.querySelectorAll("[data-option]")].filter((field) => Number(field.value) > 0);
  const pairs = given.map((field) => [field.dataset.option, Number(field.value)]);
  return form.dataset.method === "ranked" ? pairs.sort((one, other) => one[1] - other[1]) : pairs;
}

const SALT_BYTES = 16;
const kept = (cid) => `qflow.sealed.${cid}`;

// A secret vote: the node gets a digest now, and what this browser keeps of it when votes are opened.
async function sealed(choice) {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const digest = hex(await sha256(concat(salt, encode(choice))));
  return { sent: [[`sealed:${digest}`, 1]], opening: { choice, salt: toBase64(salt) } };
}

const inWords = (choice) => choice.map(([option, number]) => (number === 1 ? option : `${option} (${number})`)).join(", ");

// The fields must be those that the page shows; the node adds the weight, a nonce and an expiry.
function check(fields, { dao, cid, voter }, choice) {
  const same = JSON.stringify(fields.choice) === JSON.stringify(choice);
  if (fields.dao !== dao || fields.proposal !== cid || fields.voter !== voter || !same) {
    throw new Error("The node prepared another ballot than was asked for. Reload the page.");
  }
}

function lines({ title, cid, secret }, choice, fields) {
  const until = new Date(fields.expires / 1000).toISOString().slice(0, 16).replace("T", " ");
  return [
    `Your vote: ${inWords(choice)}, of weight ${fields.weight}`,
    `Proposal: ${title}`,
    `Exactly this version: ${cid}`,
    `The ballot can be sent until ${until} UTC.`,
    ...(secret ? ["It is sealed. Only this browser can open it: come back with it when votes are opened."] : []),
  ];
}

const pathOf = (form) => `/governance/proposals/${encodeURIComponent(form.dataset.vote)}/ballot`;

async function vote(form, answer) {
  const choice = choiceOf(form, answer);
  if (choice.length === 0) throw new Error("Choose something first.");
  const { sent, opening } = form.dataset.secret ? await sealed(choice) : { sent: choice };
  const fields = await ask(`${pathOf(form)}/prepare`, { choice: sent });
  check(fields, form.dataset, sent);
  const before = localStorage.getItem(kept(form.dataset.cid));
  if (opening) localStorage.setItem(kept(form.dataset.cid), JSON.stringify(opening));
  try {
    await cast(form, `Vote: ${inWords(choice)}`, lines(form.dataset, choice, fields), fields);
  } catch (error) {
    if (opening && before !== null) localStorage.setItem(kept(form.dataset.cid), before);
    throw error;
  }
}

async function cast(form, title, words, fields) {
  if ((await situation()).held) {
    await confirmed(title, [...words, "The node holds your key, and signs for you."], "Vote");
    return ask(`${pathOf(form)}/held`, { choice: fields.choice });
  }
  const { identity, key, signature } = await sign(bytesOf(fields), title, words);
  return ask(pathOf(form), { ...fields, identity, key, signature: toBase64(signature) });
}

async function opened(form) {
  const opening = localStorage.getItem(kept(form.dataset.cid));
  if (opening === null) throw new Error("You sealed your vote in another browser; open it there.");
  await ask(`${pathOf(form)}/open`, JSON.parse(opening));
}

async function submitted(form, answer) {
  const told = form.querySelector(".told");
  told.className = "told";
  told.textContent = "";
  try {
    await ("open" in form.dataset ? opened(form) : vote(form, answer));
    told.classList.add("good");
    told.textContent = "open" in form.dataset ? "Your vote is open." : "Your vote is cast.";
    form.dispatchEvent(new Event("part:stale", { bubbles: true }));
  } catch (error) {
    if (!(error instanceof Declined)) told.classList.add("bad");
    told.textContent = error.message;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.vote === undefined) return;
  event.preventDefault();
  submitted(form, event.submitter?.name === "answer" ? event.submitter.value : "");
});

document.addEventListener("click", ({ target }) => {
  const { line } = target.dataset ?? {};
  if (line === undefined) return;
  const say = document.querySelector("form.say");
  if (!say) return;
  say.elements.line.value = line;
  say.elements.text.focus();
});
