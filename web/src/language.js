// SPARQL with all that it consists of told apart: its grammar leaves names with a prefix plain.

import { LanguageSupport } from "@codemirror/language";
import { styleTags, tags } from "@lezer/highlight";
import { SparqlLanguage } from "codemirror-lang-sparql";

const told = styleTags({
  "Pname_ln Pname_ns": tags.namespace,
  A_predicate: tags.keyword,
  "IntegerPositive IntegerNegative": tags.integer,
  "DecimalPositive DecimalNegative DoublePositive DoubleNegative": tags.float,
  Langtag: tags.annotation,
});

export const sparql = () => new LanguageSupport(SparqlLanguage.configure({ props: [told] }));
