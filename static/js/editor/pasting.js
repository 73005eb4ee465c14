// Copy, cut and paste: our own fragments, whole definitions, and n8n's clipboard by the node's importer.

import { copied, fragmentOf, recognised } from "../flow/clipboard.js";
import { fromDefinition } from "../flow/document.js";
import * as commands from "../flow/commands.js";
import { pastePlace } from "./adding.js";
import { listDialog } from "./dialogs.js";
import { readN8n } from "./server.js";

/** The selection as text, or null where nothing is selected. */
export function selectedText(editor) {
  const { steps, notes } = editor.selection;
  return steps.size || notes.size ? copied(editor.doc, { steps: [...steps], notes: [...notes] }) : null;
}

export function removeSelected(editor) {
  const { steps, edges, notes } = editor.selection;
  if (steps.size || edges.size || notes.size) editor.do(commands.remove(editor.doc, { steps: [...steps], edges: [...edges], notes: [...notes] }));
}

/** Copy by the clipboard's own events, which need no permission. */
export function listenForClipboard(editor) {
  const mine = () => editor.hasKeys() && !String(window.getSelection());
  document.addEventListener("copy", (event) => mine() && put(editor, event));
  document.addEventListener("cut", (event) => mine() && put(editor, event) && removeSelected(editor));
  document.addEventListener("paste", (event) => {
    if (!editor.hasKeys()) return;
    event.preventDefault();
    pasteText(editor, event.clipboardData.getData("text/plain"));
  });
}

function put(editor, event) {
  const text = selectedText(editor);
  if (!text) return false;
  event.clipboardData.setData("text/plain", text);
  event.preventDefault();
  editor.tell("Copied");
  return true;
}

/** Copy from a menu or the command bar. */
export async function copySelected(editor) {
  const text = selectedText(editor);
  if (text) await withClipboard(editor, () => navigator.clipboard.writeText(text), "C");
}

export async function pasteFromMenu(editor) {
  await withClipboard(editor, async () => pasteText(editor, await navigator.clipboard.readText()), "V");
}

async function withClipboard(editor, act, key) {
  try {
    await act();
  } catch {
    editor.toasts.show(`The browser keeps the clipboard to itself here. Press Ctrl+${key} on the canvas.`);
  }
}

/** Paste what a text is. */
export async function pasteText(editor, text) {
  if (!editor.canWrite) return;
  const found = recognised(text);
  if (found.kind === "fragment") pasteFragment(editor, found.fragment);
  else if (found.kind === "n8n") await pasteN8n(editor, found.text);
  else editor.toasts.show("What is on the clipboard is no part of a flow.");
}

export function pasteFragment(editor, fragment, label = "Paste") {
  if (!fragment.steps.length && !fragment.notes.length) return;
  const { command, steps, notes } = commands.paste(editor.doc, fragment, pastePlace(editor, fragment), label);
  if (editor.do(command)) editor.canvas.select({ steps, notes });
}

async function pasteN8n(editor, text) {
  try {
    const { flows } = await readN8n(text);
    for (const flow of flows) {
      pasteFragment(editor, fragmentOf(fromDefinition(flow.definition)), "Paste from n8n");
      told(editor, flow);
    }
  } catch (error) {
    editor.toasts.bad(`This n8n workflow cannot be read: ${error.message}`);
  }
}

function told(editor, { nodes, runnable, issues }) {
  const text = `${nodes === 1 ? "1 node" : `${nodes} nodes`} from n8n, ${runnable === nodes ? "all of which run here" : `${runnable} of which run here`}.`;
  const rows = issues.map((issue) => [issue.node, issue.message, issue.severity]);
  editor.toasts.show(text, rows.length ? ["Differences", () => listDialog(editor, "Differences from n8n", ["Node", "What differs", "Kind"], rows)] : null);
}

/** A copy beside the original, without the clipboard. */
export function duplicate(editor) {
  const text = selectedText(editor);
  if (!text) return;
  const { fragment } = recognised(text);
  const all = [...fragment.steps, ...fragment.notes].map((one) => one.position ?? [0, 0]);
  const place = [Math.min(...all.map(([x]) => x)) + 32, Math.min(...all.map(([, y]) => y)) + 96];
  const { command, steps, notes } = commands.paste(editor.doc, fragment, place, "Duplicate");
  if (editor.do(command)) editor.canvas.select({ steps, notes });
}
