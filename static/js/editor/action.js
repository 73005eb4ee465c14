// What can be done with an action of actions.js.

/** Whether an action can be done now. */
export function available(editor, action) {
  return (editor.canWrite || action.writes === false) && (!action.when || Boolean(action.when(editor)));
}

/** Do an action by its id, if it can be done. */
export function run(editor, id) {
  const action = editor.actions.find((candidate) => candidate.id === id);
  if (action && available(editor, action)) action.run(editor);
}
