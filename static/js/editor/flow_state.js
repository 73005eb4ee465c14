// What the page knows of the flow beside its document.

export function stateOf({ id, revision, published, archived }) {
  return { id, revision, published, archived };
}
