// The first script of every page, and no module: what is pressed or sent before the other scripts run is held until they do,
// since one of them may have to act, ask, sign or check; then it happens as if it had been done at that moment.

(() => {
  const pressed = new Set();
  const sent = new Set();

  function hold(event, held, one) {
    event.preventDefault();
    event.stopImmediatePropagation();
    held.add(one);
  }

  function onClick(event) {
    const button = event.target.closest("button, input[type=submit]");
    if (button) hold(event, pressed, button);
  }

  const onSubmit = (event) => hold(event, sent, event.target);

  function letGo() {
    removeEventListener("click", onClick, true);
    removeEventListener("submit", onSubmit, true);
    for (const button of pressed) button.click();
    for (const form of sent) form.requestSubmit();
  }

  addEventListener("click", onClick, true);
  addEventListener("submit", onSubmit, true);
  document.addEventListener("DOMContentLoaded", () => setTimeout(letGo));
})();
