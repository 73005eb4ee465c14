// Parts of pages that follow live events: <div data-live="/live/..." data-after="12" data-part="/path"> holds one
// element, which is fetched anew from the path when something has happened. Without a connection it is fetched every
// two seconds, and when a script sends it the event "part:stale": nobody else may swap it, since htmx loses what a page
// wants preserved where two swaps meet. Elements with data-beside="/live/..." and a data-part follow the same events.

import { watch } from "./live.js";

const POLL_MS = 2000;

function follow(place) {
  const { live, after } = place.dataset;
  const parts = [place, ...document.querySelectorAll(`[data-beside="${CSS.escape(live)}"]`)];
  let busy = false;
  let again = false;
  let poll = null;

  async function refresh() {
    again = busy;
    if (busy) return;
    busy = true;
    try {
      for (const one of parts) await htmx.ajax("GET", one.dataset.part, { target: one.firstElementChild, swap: "outerHTML" });
    } catch {
      // told by htmx; the next event asks again
    }
    busy = false;
    if (again) await refresh();
  }

  function onState(state) {
    clearInterval(poll);
    poll = state === "waiting" ? setInterval(refresh, POLL_MS) : null;
    if (state !== "waiting") refresh();
    place.dataset.state = state;
  }

  place.addEventListener("part:stale", refresh);
  const stop = watch(live, { after: after === undefined ? null : Number(after), onEvent: refresh, onState });
  addEventListener("pagehide", () => {
    clearInterval(poll);
    stop();
  });
}

// Only once every script of the page runs: what one of them keeps over a swap must be known to it before the first.
const begin = () => document.querySelectorAll("[data-live]").forEach(follow);
if (document.readyState === "complete") begin();
else addEventListener("load", begin, { once: true });
