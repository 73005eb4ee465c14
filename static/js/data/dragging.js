// Dragging a field of the data into a parameter, and copying its path.

export const FIELD = "application/x-qflow-field";

/** Let an element be dragged as the expression it stands for. */
export function draggable(element, expression) {
  element.draggable = true;
  element.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData(FIELD, expression);
    event.dataTransfer.setData("text/plain", expression);
    event.dataTransfer.effectAllowed = "copy";
    event.stopPropagation();
  });
  return element;
}

/** Take fields that are dropped on an element. */
export function droppable(element, take) {
  const carries = (event) => event.dataTransfer.types.includes(FIELD);
  element.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    event.stopPropagation();
    element.classList.add("drop-here");
  });
  element.addEventListener("dragleave", () => element.classList.remove("drop-here"));
  element.addEventListener("drop", (event) => {
    element.classList.remove("drop-here");
    if (!carries(event)) return;
    event.preventDefault();
    event.stopPropagation();
    take(event.dataTransfer.getData(FIELD));
  });
}
