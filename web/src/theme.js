// How the editor looks: in the page's own colours, light and dark.

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--sparql-keyword)", fontWeight: "600" },
  { tag: tags.variableName, color: "var(--sparql-variable)" },
  { tag: [tags.string, tags.annotation], color: "var(--sparql-string)" },
  { tag: [tags.integer, tags.float, tags.bool], color: "var(--sparql-number)" },
  { tag: [tags.namespace, tags.url, tags.typeName], color: "var(--sparql-name)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
]);

export const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: "0.9rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--mono)",
    lineHeight: "1.5",
    maxHeight: "60vh",
    overflow: "auto",
  },
  ".cm-content, .cm-gutter": { minHeight: "13rem" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.5rem 0" },
  ".cm-gutters": { color: "var(--soft)", backgroundColor: "var(--wash)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--wash) 70%, transparent)" },
  ".cm-matchingBracket": { backgroundColor: "var(--line)", outline: "none" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--line)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--line)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--on-accent)",
    backgroundColor: "var(--accent)",
  },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "0.85" },
  ".cm-completionInfo": { maxWidth: "22rem", padding: "0.4rem 0.6rem" },
  // Where there is no room beside the list, it would cover the list.
  ".cm-completionInfo-left-narrow, .cm-completionInfo-right-narrow": { visibility: "hidden" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  // The usual marks are images in data: URLs, which the policy forbids.
  ".cm-lint-marker-error": { content: "normal", color: "var(--bad)", fontWeight: "700", textAlign: "center" },
  ".cm-lint-marker-error::before": { content: '"!"' },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad)",
    backgroundColor: "var(--bad-wash)",
  },
});
