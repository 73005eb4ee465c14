// A form around a list whose rows can be picked: says how many are, and keeps them picked while the list is
// fetched anew.

export function keepPicks(form) {
  const picked = new Set();
  const count = form.querySelector("[data-count]");
  const verbs = form.querySelectorAll("button[name=verb], button[data-picked]");

  const boxes = () => [...form.elements].filter(({ name }) => name === "pick");

  function say() {
    count.textContent = picked.size ? `${picked.size} picked` : "None picked";
    for (const verb of verbs) verb.disabled = !picked.size;
  }

  function read() {
    picked.clear();
    for (const box of boxes()) if (box.checked) picked.add(box.value);
    say();
  }

  document.addEventListener("change", ({ target }) => target.form === form && read());
  document.body.addEventListener("htmx:afterSwap", () => {
    for (const box of boxes()) box.checked = picked.has(box.value);
    read();
  });
  read();
}
