// What of a query is its own words, and what is text in it: comments, strings, IRIs.

// Each may be unfinished, and has "end" if it is not; a "<" that begins no IRI is a sign.
const PARTS = new RegExp(
  [
    /#.*/,
    /"""(?:\\[^]|(?!""")[^\\])*(?:(?<end>""")|\\?$)/,
    /'''(?:\\[^]|(?!''')[^\\])*(?:(?<end>''')|\\?$)/,
    /"(?:\\.|[^"\\\n])*(?:(?<end>")|\\?)/,
    /'(?:\\.|[^'\\\n])*(?:(?<end>')|\\?)/,
    /<[^<>"{}|^`\\\s]*(?<end>>)?/,
  ]
    .map(({ source }, index) => source.replace("<end>", `<end${index}>`))
    .join("|"),
  "g",
);

/** Return a query with blanks in place of comments, strings and IRIs. */
export function ownWords(query) {
  return query.replace(PARTS, (part) => part.replace(/[^\n]/g, " "));
}

/** Tell whether what would be typed behind `before` is part of a comment, a string or an IRI. */
export function isInText(before) {
  const last = [...before.matchAll(PARTS)].at(-1);
  if (last === undefined || last.index + last[0].length < before.length) return false;
  return last[0] !== "<" && Object.values(last.groups).every((end) => end === undefined);
}
