// The bell in the head of every page follows what happens in the DAO. Pages that follow it anyway refresh the bell
// with their own part (js/live-part.js).

import { watch } from "../live.js";

const UNHEARD = "q.qflow.dao.vote.cast.v1"; // tells nobody anything that a bell counts
const SOON_MS = 300; // several facts of one act come together

const place = document.querySelector("[data-bell]");
let timer = 0;

function refresh() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    htmx.ajax("GET", place.dataset.part, { target: place.firstElementChild, swap: "outerHTML" }).catch(() => {});
  }, SOON_MS);
}

if (place && !document.querySelector('[data-live="/live/dao"]')) {
  const stop = watch("/live/dao", { onEvent: ({ type }) => type !== UNHEARD && refresh() });
  addEventListener("pagehide", stop);
}
