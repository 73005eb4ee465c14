// Narrows the list of types to those whose words hold what is typed.

const field = document.getElementById("credential-find");
const entries = [...document.querySelectorAll(".credential-types li")];

function narrow() {
  const words = field.value.toLowerCase().split(/\s+/);
  for (const entry of entries) entry.hidden = !words.every((word) => entry.dataset.words.toLowerCase().includes(word));
  document.getElementById("credential-none").hidden = entries.some((entry) => !entry.hidden);
}

field.addEventListener("input", narrow);
field.addEventListener("keydown", (event) => {
  const left = entries.filter((entry) => !entry.hidden);
  if (event.key === "Enter" && left.length) left[0].querySelector("a").click();
});
