// Shows in words what is about to be signed, and asks.

// Resolves where the person agrees; rejects where not. ``lines`` are plain texts.
export function confirmed(title, lines, verb = "Sign") {
  const dialog = document.createElement("dialog");
  dialog.className = "confirm";
  dialog.setAttribute("aria-labelledby", "confirm-title");
  const heading = document.createElement("h2");
  heading.id = "confirm-title";
  heading.textContent = title;
  const said = lines.map((line) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    return paragraph;
  });
  const row = document.createElement("form");
  row.method = "dialog";
  row.className = "row";
  row.append(button(verb, "yes", "main"), button("Cancel", "no", ""));
  dialog.append(heading, ...said, row);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve, reject) => {
    dialog.addEventListener("close", () => {
      const agreed = dialog.returnValue === "yes";
      dialog.remove();
      if (agreed) resolve();
      else reject(new Declined());
    });
  });
}

// The person did not want to sign.
export class Declined extends Error {
  constructor() {
    super("Nothing was signed.");
  }
}

function button(text, value, look) {
  const made = document.createElement("button");
  made.value = value;
  made.className = look;
  made.textContent = text;
  return made;
}
