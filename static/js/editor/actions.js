// All that can be done, in one list: keys, the command bar, menus and the list view take it from the editor.

import { tidied } from "../flow/layout.js";
import * as commands from "../flow/commands.js";
import { addByPalette, insertByPalette } from "./adding.js";
import { fits, openChooser } from "./chooser.js";
import { askText } from "./dialogs.js";
import { duplicate, copySelected, pasteFromMenu, removeSelected } from "./pasting.js";
import { openCommandBar } from "./command_bar.js";
import { openSearch } from "./finding.js";
import { showProblems } from "./problems.js";
import { askToPublish, unpublish } from "./publishing.js";
import { openSettings } from "./settings.js";
import { showShortcuts } from "./shortcuts.js";
import { connectByList, renameInPlace } from "./step_edits.js";
import { convertToSubFlow } from "./sub_flows.js";

const some = (editor) => editor.selection.steps.size > 0;
const one = (editor) => editor.selection.steps.size === 1;
const several = (editor) => editor.selection.steps.size > 1;
const anything = (editor) => some(editor) || editor.selection.edges.size > 0 || editor.selection.notes.size > 0;
const only = (editor) => [...editor.selection.steps][0];

/**
 * {id, label, keys, icon, section, when(editor), run(editor), writes}. `keys` are as shown to people; the first
 * of several, separated by a space, is shown. `writes` false: also for those who may only look.
 */
export const ACTIONS = [
  { id: "add", label: "Add a step", keys: "N", icon: "plus", section: "Steps", run: addByPalette },
  { id: "insert", label: "Insert a step behind", keys: "I", icon: "corner-down-right", section: "Steps", when: (editor) => one(editor) && wiresOf(editor).length, run: insertBehind },
  { id: "open", label: "Open the step", keys: "Enter", icon: "settings-2", section: "Steps", when: one, writes: false, run: (editor) => editor.events.emit("step:open", only(editor)) },
  { id: "rename", label: "Rename the step", keys: "F2", icon: "pencil", section: "Steps", when: one, run: (editor) => renameInPlace(editor, only(editor)) },
  { id: "connect", label: "Connect the step to…", keys: "C", icon: "unplug", section: "Steps", when: one, run: (editor) => connectByList(editor, only(editor)) },
  { id: "toggle", label: "Switch on or off", keys: "D", icon: "power", section: "Steps", when: some, run: (editor) => editor.do(commands.toggleSteps(editor.doc, [...editor.selection.steps])) },
  { id: "errors", label: "Add or drop the way for failures", icon: "triangle-alert", section: "Steps", when: one, run: failureWay },
  { id: "duplicate", label: "Duplicate", keys: "Ctrl+D", icon: "copy", section: "Steps", when: anything, run: duplicate },
  { id: "remove", label: "Remove", keys: "Delete Backspace", icon: "trash-2", section: "Steps", when: anything, run: removeSelected },
  { id: "copy", label: "Copy", keys: "Ctrl+C", icon: "copy", section: "Edit", when: anything, writes: false, native: true, run: copySelected },
  { id: "cut", label: "Cut", keys: "Ctrl+X", icon: "scissors", section: "Edit", when: anything, native: true, run: async (editor) => (await copySelected(editor), removeSelected(editor)) },
  { id: "paste", label: "Paste", keys: "Ctrl+V", icon: "clipboard-paste", section: "Edit", native: true, run: pasteFromMenu },
  { id: "undo", label: "Undo", keys: "Ctrl+Z", icon: "undo-2", section: "Edit", when: (editor) => editor.history.canUndo, run: (editor) => editor.history.undo() },
  { id: "redo", label: "Redo", keys: "Ctrl+Shift+Z Ctrl+Y", icon: "redo-2", section: "Edit", when: (editor) => editor.history.canRedo, run: (editor) => editor.history.redo() },
  { id: "all", label: "Select all", keys: "Ctrl+A", icon: "box", section: "Edit", writes: false, run: (editor) => editor.canvas.select({ steps: [...editor.doc.steps.keys()], notes: [...editor.doc.notes.keys()] }) },
  { id: "none", label: "Select nothing", keys: "Escape", icon: "x", section: "Edit", when: anything, writes: false, run: (editor) => editor.canvas.select({}) },
  { id: "tidy", label: "Tidy up", keys: "Shift+Alt+T", icon: "wand-sparkles", section: "Arrange", when: (editor) => editor.doc.steps.size > 1, run: tidy },
  ...["left", "center", "right", "top", "middle", "bottom"].map((side) => ({
    id: `align-${side}`, label: `Align ${side}`, icon: ALIGN_ICON(side), section: "Arrange", when: several,
    run: (editor) => editor.do(commands.align(editor.doc, selectedBoxes(editor), side)),
  })),
  { id: "distribute-x", label: "Distribute across", icon: "align-horizontal-distribute-center", section: "Arrange", when: (editor) => editor.selection.steps.size > 2, run: (editor) => editor.do(commands.distribute(editor.doc, selectedBoxes(editor), "x")) },
  { id: "distribute-y", label: "Distribute down", icon: "align-vertical-distribute-center", section: "Arrange", when: (editor) => editor.selection.steps.size > 2, run: (editor) => editor.do(commands.distribute(editor.doc, selectedBoxes(editor), "y")) },
  { id: "note", label: "Add a note", keys: "Shift+S", icon: "sticky-note", section: "Arrange", run: (editor) => editor.notes.add() },
  { id: "group", label: "Group", keys: "Ctrl+G", icon: "group", section: "Arrange", when: some, run: groupSelected },
  { id: "ungroup", label: "Ungroup", keys: "Ctrl+Shift+G", icon: "ungroup", section: "Arrange", when: (editor) => groupOf(editor), run: (editor) => editor.do(commands.ungroup(editor.doc, groupOf(editor).id)) },
  { id: "fold", label: "Collapse or open the group", keys: "Ctrl+Alt+G", icon: "chevron-up", section: "Arrange", when: (editor) => groupOf(editor), run: (editor) => editor.groups.fold(groupOf(editor).id) },
  { id: "sub-flow", label: "Convert to a sub-flow", keys: "Alt+X", icon: "workflow", section: "Arrange", when: some, run: convertToSubFlow },
  { id: "fit", label: "Show all", keys: "1", icon: "maximize", section: "View", writes: false, run: (editor) => editor.canvas.fit() },
  { id: "actual", label: "Actual size", keys: "0", icon: "search", section: "View", writes: false, run: (editor) => editor.canvas.zoomBy(1 / editor.canvas.view.zoom) },
  { id: "zoom-in", label: "Zoom in", keys: "+ =", icon: "zoom-in", section: "View", writes: false, run: (editor) => editor.canvas.zoomBy(1.25) },
  { id: "zoom-out", label: "Zoom out", keys: "-", icon: "zoom-out", section: "View", writes: false, run: (editor) => editor.canvas.zoomBy(0.8) },
  { id: "list", label: "Show as a list or on the canvas", keys: "L", icon: "list-tree", section: "View", writes: false, run: (editor) => editor.showList(!editor.listed) },
  { id: "search", label: "Search in the flow", keys: "Ctrl+F", icon: "search", section: "View", writes: false, anywhere: true, run: openSearch },
  { id: "save", label: "Save", keys: "Ctrl+S", icon: "save", section: "Flow", anywhere: true, run: (editor) => editor.saving.save() },
  { id: "save-as", label: "Save with a message…", keys: "Ctrl+Shift+S", icon: "save", section: "Flow", anywhere: true, when: (editor) => editor.saving.dirty, run: saveWithMessage },
  { id: "versions", label: "Versions and what changed", keys: "Shift+H", icon: "history", section: "Flow", writes: false, when: (editor) => editor.flow.id, run: (editor) => location.assign(`/flows/${encodeURIComponent(editor.flow.id)}/versions`) },
  { id: "comments", label: "Comments", keys: "Shift+C", icon: "message-square", section: "Flow", writes: false, when: (editor) => editor.flow.id, run: (editor) => editor.events.emit("comments:show") },
  { id: "settings", label: "Flow settings…", keys: "Ctrl+,", icon: "settings-2", section: "Flow", writes: false, anywhere: true, run: openSettings },
  { id: "tests", label: "Tests", keys: "T", icon: "circle-check", section: "Flow", writes: false, run: (editor) => editor.events.emit("tests:open") },
  { id: "publish", label: "Publish…", keys: "Shift+P", icon: "upload", section: "Flow", run: askToPublish },
  { id: "unpublish", label: "Stop publishing", icon: "download", section: "Flow", when: (editor) => editor.flow.published, run: unpublish },
  { id: "problems", label: "Show what is wrong", icon: "circle-alert", section: "Flow", writes: false, when: (editor) => editor.checking.count, run: showProblems },
  { id: "commands", label: "All commands", keys: "Ctrl+K", icon: "command", section: "Help", writes: false, anywhere: true, run: openCommandBar },
  { id: "keys", label: "Keyboard shortcuts", keys: "?", icon: "keyboard", section: "Help", writes: false, run: showShortcuts },
];

function ALIGN_ICON(side) {
  return {
    left: "align-start-vertical", center: "align-center-vertical", right: "align-end-vertical",
    top: "align-start-horizontal", middle: "align-center-horizontal", bottom: "align-end-horizontal",
  }[side];
}

export function selectedBoxes(editor) {
  return new Map([...editor.selection.steps].map((id) => [id, editor.canvas.boxes.get(id)]));
}

// What is selected, or else the whole flow.
function tidy(editor) {
  const boxes = several(editor) ? selectedBoxes(editor) : new Map([...editor.doc.steps.keys()].map((id) => [id, editor.canvas.boxes.get(id)]));
  const steps = tidied(boxes, [...editor.doc.edges.values()]);
  if (editor.do(commands.move(editor.doc, { steps }, "Tidy up")) && !several(editor)) editor.canvas.fit();
}

function failureWay(editor) {
  const step = editor.step(only(editor));
  const on = step.onError === "failure";
  editor.do(commands.patchStep(editor.doc, step.id, { onError: on ? undefined : "failure" }, on ? "Drop the way for failures" : "Add a way for failures"));
}

const wiresOf = (editor) => [...editor.doc.edges].filter(([, edge]) => edge.source === only(editor));

// Into the wire that leads on; where there are several, one is asked for.
function insertBehind(editor) {
  const wires = wiresOf(editor);
  if (wires.length === 1) return insertByPalette(editor, wires[0][0]);
  const row = ([key, edge]) => ({ label: `To ${editor.look(edge.target).title}`, detail: edge.sourcePort, icon: "unplug", choose: () => insertByPalette(editor, key) });
  openChooser(editor, {
    label: "Into which wire?",
    placeholder: "Search wires",
    find: (query) => wires.map(row).filter((item) => fits(query, item.label, item.detail)),
  });
}

/** The group that all selected steps are in, if there is one. */
function groupOf(editor) {
  const ids = [...editor.selection.steps];
  return ids.length ? [...editor.doc.groups.values()].find((group) => ids.every((id) => group.steps.includes(id))) : undefined;
}

async function saveWithMessage(editor) {
  const message = await askText(editor, "Save", "What did you change?", "", "Save");
  if (message) await editor.saving.save(message);
}

async function groupSelected(editor) {
  const ids = [...editor.doc.steps.keys()].filter((id) => editor.selection.steps.has(id));
  const name = await askText(editor, "Group", "Name of the group", "Group", "Group");
  if (name) editor.do(commands.group(editor.doc, ids, name));
}
