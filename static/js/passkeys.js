// Passkeys (https://www.w3.org/TR/webauthn-3/): forms whose button asks the authenticator before they are sent.

const told = document.getElementById("passkey-told");
const ADDRESS = /^(\d+\.){3}\d+$|^\[/;

// Why there can be no passkeys here, or nothing.
function hindrance() {
  if (ADDRESS.test(location.hostname)) {
    return "Passkeys are tied to a name: open this node by its name (on this machine: localhost), not by its address.";
  }
  if (!isSecureContext) return "Passkeys work over https only, or on localhost.";
  if (!globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) {
    return "This browser is too old for passkeys: use Chrome or Edge 129, Firefox 119 or Safari 18.4, or later ones.";
  }
  return "";
}

const given = () => JSON.parse(document.getElementById("js_data").textContent);

function creation(form) {
  const options = given().creation_options.publicKey;
  const alone = form.elements.passwordless.checked;
  const selection = {
    ...options.authenticatorSelection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    userVerification: alone ? "required" : "preferred",
  };
  const wanted = { ...options, authenticatorSelection: selection };
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(wanted) });
}

function use(options) {
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) });
}

async function asked(form) {
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`the node answered ${answer.status}`);
  return (await answer.json()).request_options;
}

const ways = {
  create: creation,
  use: () => use(given().request_options),
  "sign-in": async (form) => use(await asked(form)),
};

async function send(form) {
  try {
    const credential = await ways[form.dataset.passkey](form);
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (error) {
    told.textContent =
      error.name === "NotAllowedError" ? "No passkey was used: it was cancelled, or there is none for this node." : error.message;
    told.hidden = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const why = hindrance();
    if (!why) send(form);
    told.textContent = why;
    told.hidden = !why;
  });
}
