// Completion: the terms of this graph by CURIE and by label, keywords, and the query's variables.

import { syntaxTree } from "@codemirror/language";
import { insertCompletion } from "./prefixes.js";

const KEYWORDS = `ASK AS ASC BIND BY CONSTRUCT COUNT DESC DESCRIBE DISTINCT EXISTS FILTER GRAPH GROUP
  HAVING IN LIMIT MINUS NOT OFFSET OPTIONAL ORDER PREFIX SELECT UNION VALUES WHERE
  ABS AVG BOUND COALESCE CONCAT CONTAINS DATATYPE IF IRI ISIRI ISLITERAL LANG LANGMATCHES LCASE MAX
  MIN REGEX REPLACE SAMPLE SEPARATOR STR STRENDS STRLEN STRSTARTS SUBSTR SUM UCASE`.split(/\s+/);

const ICONS = { class: "class", property: "property", thing: "constant", source: "text" };

let loading;

/** Fetch, once, what a query may name. */
export function load() {
  loading ??= fetch("/editor/vocabulary")
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .catch(() => ((loading = undefined), { prefixes: {}, terms: [] }));
  return loading;
}

/** Offer what may stand at the cursor; nothing inside a comment, a string or an IRI. */
export async function complete(context) {
  const inside = syntaxTree(context.state).resolveInner(context.pos, -1).name;
  if (["Comment", "String", "Iri"].includes(inside)) return null;
  const variable = context.matchBefore(/[?$]\w*/);
  if (variable) return { from: variable.from, options: variables(context, variable), validFor: /^[?$]\w*$/ };
  const word = context.matchBefore(/[A-Za-z][\w-]*(:[\w\-/]*)?/);
  if (!word && !context.explicit) return null;
  const from = word?.from ?? context.pos;
  const { prefixes, terms } = await load();
  if (word?.text.includes(":")) {
    const options = terms.map((term) => offer(term, term.term, prefixes));
    return { from, options, validFor: /^[\w-]*:[\w\-/]*$/ };
  }
  const isKind = context.matchBefore(/(\ba|rdf:type)\s+[\w-]*/) !== null; // a class comes next
  const named = terms.flatMap((term) =>
    [...new Set([term.label, ...term.also])].map((name) => offer(term, name, prefixes, isKind)),
  );
  const keywords = KEYWORDS.map((label) => ({ label, type: "keyword" }));
  return { from, options: [...keywords, ...named], validFor: /^[\w-]*$/ };
}

function offer(term, name, prefixes, isKind = false) {
  const rank = { source: -50, class: isKind ? 90 : 0 };
  return {
    label: name,
    displayLabel: term.term,
    detail: [term.term, term.label].includes(name) ? term.label : `${name} = ${term.label}`,
    info: term.definition || undefined,
    type: ICONS[term.kind],
    boost: rank[term.kind] ?? 0,
    apply: (view, completion, from, to) => insertCompletion(view, completion, from, to, term.term, prefixes),
  };
}

function variables(context, here) {
  const found = new Set(context.state.doc.toString().match(/[?$]\w+/g));
  found.delete(here.text);
  return [...found].map((label) => ({ label, type: "variable" }));
}
