// Narrows the table of settings to those that match what is typed, or that are set.

const field = document.getElementById("settings-find");
const only = document.getElementById("settings-changed");
const rows = [...document.querySelectorAll(".settings-table tbody tr")];

function narrow() {
  const words = field.value.toLowerCase().split(/\s+/);
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = (only.checked && !row.dataset.set) || !words.every((word) => text.includes(word));
  }
  document.getElementById("settings-none").hidden = rows.some((row) => !row.hidden);
}

field?.addEventListener("input", narrow);
only?.addEventListener("change", narrow);
