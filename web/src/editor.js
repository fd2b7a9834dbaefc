// The textarea of the page becomes an editor; without this file the page works all the same.

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  completionStatus,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { complete } from "./completion.js";
import { sparql } from "./language.js";
import { mark, Runner } from "./running.js";
import { colours, look } from "./theme.js";
import { typingOver } from "./typing.js";
import { declareWhatIsTyped, load } from "./vocabulary.js";

const form = document.querySelector("#editor");
const area = document.querySelector("#query");
const said = document.querySelector("#state");

const runner = new Runner(form, said, () => view.state.doc.toString(), (place) => mark(view, place));

// In a shadow root the editor's styles are adopted: no style element, which the policy forbids.
const host = document.createElement("div");
host.className = "editor-host";
const root = host.attachShadow({ mode: "open" });
area.after(host);

const keys = [
  { key: "Mod-Enter", run: () => (runner.run(), true) },
  {
    // The next Tab goes its usual way, which must be said; where there is a list, this closes it.
    // CodeMirror would see to it, but not while a list is only on its way.
    key: "Escape",
    run: (view) => {
      if (completionStatus(view.state) !== "active") {
        view.setTabFocusMode(2_000);
        said.textContent = "Tab leaves the editor now.";
      }
      return false;
    },
  },
];

const view = new EditorView({
  root,
  parent: root,
  state: EditorState.create({
    doc: area.value,
    extensions: [
      lineNumbers(),
      lintGutter(),
      highlightSpecialChars(),
      highlightActiveLine(),
      history(),
      indentOnInput(),
      indentUnit.of("  "),
      bracketMatching(),
      closeBrackets(),
      sparql(),
      syntaxHighlighting(colours),
      look,
      Prec.highest(keymap.of(keys)), // and before those of the completion, which take Escape
      autocompletion({ override: [complete] }),
      declareWhatIsTyped,
      typingOver,
      keymap.of([
        ...closeBracketsKeymap,
        ...completionKeymap,
        ...lintKeymap,
        ...historyKeymap,
        ...defaultKeymap,
        indentWithTab,
      ]),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({
        tabindex: "0",
        "aria-label": "SPARQL query",
        "aria-description":
          "Control and Enter run it. Control and Space complete. Tab indents: press Escape first, then Tab, to leave.",
      }),
      EditorView.domEventHandlers({ focus: () => void load() }),
    ],
  }),
});

area.hidden = true;
area.removeAttribute("name"); // the editor's text is sent, and no other
for (const part of document.querySelectorAll(".editor-keys")) part.hidden = false;
document.querySelector("#query-label").addEventListener("click", () => view.focus());
runner.begin();
