// Completion: the terms of this graph by CURIE and by label, keywords, and the query's variables.

import { isInText } from "./text.js";
import { insertCompletion, load } from "./vocabulary.js";

const KEYWORDS = `ASK AS ASC BIND BY CONSTRUCT COUNT DESC DESCRIBE DISTINCT EXISTS FILTER GRAPH GROUP
  HAVING IN LIMIT MINUS NOT OFFSET OPTIONAL ORDER PREFIX SELECT UNION VALUES WHERE
  ABS AVG BOUND COALESCE CONCAT CONTAINS DATATYPE IF IRI ISIRI ISLITERAL LANG LANGMATCHES LCASE MAX
  MIN REGEX REPLACE SAMPLE SEPARATOR STR STRENDS STRLEN STRSTARTS SUBSTR SUM UCASE`.split(/\s+/);

const ICONS = { class: "class", property: "property", thing: "constant", source: "text", graph: "namespace" };

/** Offer what may stand at the cursor; nothing inside a comment, a string or an IRI. */
export async function complete(context) {
  if (isInText(context.state.sliceDoc(0, context.pos))) return null;
  const variable = context.matchBefore(/[?$]\w*/);
  if (variable) return { from: variable.from, options: variables(context, variable), validFor: /^[?$]\w*$/ };
  const word = context.matchBefore(/[A-Za-z][\w-]*(:[\w-]*)?/);
  const words = context.matchBefore(/(?<![\w:?$-])[A-Za-z][\w-]*(?: [\w-]+)+/);
  if (!word && !words && !context.explicit) return null;
  const from = word?.from ?? context.pos;
  const { prefixes, terms } = await load();
  if (word?.text.includes(":")) {
    const options = terms.map((term) => offer(term, term.term, prefixes));
    return { from, options, validFor: /^[\w-]*:[\w-]*$/ };
  }
  const phrase = words && longestOf(words, terms);
  if (phrase) {
    const options = havingWords(phrase.text, terms).map(([term, name]) => offer(term, name, prefixes));
    const validFor = (text) => text.includes(" ") && havingWords(text, terms).length > 0;
    return { from: phrase.from, options, validFor };
  }
  if (!word && !context.explicit) return null; // the second word is a number
  const isKind = context.matchBefore(/(\ba|rdf:type)\s+[\w-]*/) !== null; // a class comes next
  const named = terms.flatMap((term) =>
    [...new Set([term.label, ...term.also])].map((name) => offer(term, name, prefixes, isKind)),
  );
  const keywords = KEYWORDS.map((label) => ({ label, type: "keyword" }));
  return { from, options: [...keywords, ...named], validFor: /^[\w-]*$/ };
}

/** Return the most of the words before the cursor, two at least, that some name has. */
function longestOf(words, terms) {
  for (const { index } of words.text.matchAll(/(?<![\w-])\S/g)) {
    const text = words.text.slice(index);
    if (text.includes(" ") && havingWords(text, terms).length) return { from: words.from + index, text };
  }
  return null;
}

/** Return the terms, each with one of its names, that have some words, the last perhaps unfinished. */
function havingWords(text, terms) {
  const wanted = ` ${text.toLowerCase()}`;
  return terms.flatMap((term) =>
    [...new Set([term.label, ...term.also])]
      .filter((name) => ` ${name.toLowerCase()}`.includes(wanted))
      .map((name) => [term, name]),
  );
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
