// Typing over a selection: Chrome would give the new text the old one's style, which the policy
// forbids, and which it tells the console.

import { EditorView } from "@codemirror/view";

export const typingOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { state } = view;
    const { from, to, empty } = state.selection.main;
    if (event.inputType !== "insertText" || event.data === null || empty || view.composing) return false;
    event.preventDefault();
    const text = event.data;
    const usual = () => state.update(state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
    const isHandled = state
      .facet(EditorView.inputHandler)
      .some((handler) => handler(view, from, to, text, usual));
    if (!isHandled) view.dispatch(usual());
    return true;
  },
});
