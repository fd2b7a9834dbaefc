// What a query may name, fetched from the server; a prefix that is used is declared at the top.

import { pickedCompletion } from "@codemirror/autocomplete";
import { EditorView } from "@codemirror/view";
import { isInText, ownWords } from "./text.js";

let loading;

/** Fetch, once, what a query may name. */
export function load() {
  loading ??= fetch("/editor/vocabulary")
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .catch(() => ((loading = undefined), { prefixes: {}, terms: [] }));
  return loading;
}

/** Put a term in place of what was typed, and declare its prefix where it is not. */
export function insertCompletion(view, completion, from, to, term, prefixes) {
  const prefix = term.split(":")[0];
  const text = Object.hasOwn(prefixes, prefix) ? term : `<${term}>`;
  const changes = view.state.changes([
    ...declaration(view.state, prefix, prefixes),
    { from, to, insert: text },
  ]);
  view.dispatch({
    changes,
    selection: { anchor: changes.mapPos(to, 1) },
    annotations: pickedCompletion.of(completion),
    userEvent: "input.complete",
    scrollIntoView: true,
  });
}

/** Declares a known prefix as soon as its colon is typed. */
export const declareWhatIsTyped = EditorView.updateListener.of((update) => {
  const typed = update.transactions.some((each) => each.isUserEvent("input.type"));
  if (!update.docChanged || !typed) return;
  const head = update.state.selection.main.head;
  const line = update.state.doc.lineAt(head);
  const match = /(?:^|[^\w:?$-])([A-Za-z][\w-]*):$/.exec(line.text.slice(0, head - line.from));
  if (!match) return;
  const before = update.state.sliceDoc(0, head);
  if (isInText(before) || /\bPREFIX\s+[\w-]*:$/i.test(ownWords(before))) return;
  load().then(({ prefixes }) => {
    const changes = declaration(update.view.state, match[1], prefixes);
    if (changes.length) update.view.dispatch({ changes, userEvent: "input" });
  });
});

function declaration(state, prefix, prefixes) {
  if (!Object.hasOwn(prefixes, prefix)) return []; // "constructor" is none, though every object has it
  const text = state.doc.toString();
  if (new RegExp(`(?<![\\w:?$-])PREFIX\\s+${prefix}:`, "i").test(ownWords(text))) return [];
  const before = /^(?:[^\S\n]*(?:#[^\n]*)?\n)*/.exec(text)[0].length;
  return [{ from: before, insert: `PREFIX ${prefix}: <${prefixes[prefix]}>\n` }];
}
