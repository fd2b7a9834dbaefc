"""The canonical Turtle writer: a graph has one written form, and it is readable.

After https://www.w3.org/TR/turtle/ and https://www.w3.org/TR/trig/, with the triple terms of
https://www.w3.org/TR/rdf12-turtle/ if any. One block for each subject, one predicate a line, one
object a line if there are several, `;` after each and `.` alone, so that adding a line changes one
line. Axioms about a link follow the block with the link. Blank nodes are nested where Turtle allows
it. The output depends on the graph alone, not on the order of triples or the labels of blank nodes.
"""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse
from pyoxigraph import Triple as TripleTerm

from crampkg.blank_nodes import ordered
from crampkg.chapters import GENERAL_AXIOMS, chapters, headings
from crampkg.errors import SourceError, UsageError
from crampkg.rdf import datatype_of, parts
from crampkg.sources import decode, read_bytes, replace_source
from crampkg.text import Key, natural
from crampkg.vocabulary import OWL, PREFIXES, RDF, XSD, expand, written_prefixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from pyoxigraph import Quad

    from crampkg.rdf import RdfTerm, Triple


WIDTH = 100
_INDENT = "    "

#: Predicates in reading order; others follow by name.
_READING_ORDER = """
    rdf:type dct:title dct:description
    skos:prefLabel rdfs:label skos:altLabel skos:hiddenLabel
    skos:definition obo:IAO_0000115 skos:scopeNote skos:example
    rdfs:subClassOf rdfs:subPropertyOf owl:equivalentClass owl:equivalentProperty
    rdfs:domain rdfs:range owl:inverseOf owl:propertyChainAxiom owl:hasKey owl:onProperty
    owl:disjointWith owl:propertyDisjointWith
    owl:annotatedSource owl:annotatedProperty owl:annotatedTarget
    sh:path sh:targetClass sh:name sh:description sh:message
    rdf:reifies ck:claimSubject ck:claimPredicate ck:claimObject ck:wording ck:evidenceWording
    ck:stance ck:hedge ck:conditionWording ck:especiallyWhen ck:statedFor ck:viaMechanism
    ck:basis ck:readFrom
    ck:inSection ck:itemOf ck:start ck:end ck:sha256 ck:marker
    skos:exactMatch skos:closeMatch skos:broadMatch skos:narrowMatch skos:relatedMatch
    dct:source skos:editorialNote owl:deprecated dct:isReplacedBy
"""
_RANK = {expand(curie): place for place, curie in enumerate(_READING_ORDER.split())}

_TYPE, _FIRST, _REST, _NIL = (NamedNode(RDF + name) for name in ("type", "first", "rest", "nil"))
_CELL = {_FIRST, _REST}
_SOURCE = NamedNode(OWL + "annotatedSource")
_INTEGER, _BOOLEAN = XSD + "integer", XSD + "boolean"
_CANONICAL_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_LOCAL = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_-]*)?")
_ESCAPES = str.maketrans(
    {chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)}
    | {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
)
_LONG_ESCAPES = {code: to for code, to in _ESCAPES.items() if chr(code) not in '"\n'}

#: The order of terms among the objects of a predicate.
_KINDS = (NamedNode, Literal, TripleTerm, BlankNode)

#: Blank nodes nested deeper than this get a label, for the reader's sake and the call stack's.
_DEEPEST = 24


def write(triples: Iterable[Triple], prefixes: Mapping[str, str] | None = None) -> str:
    """Return the graph of `triples` in canonical Turtle, declaring those `prefixes` that it uses.

    By default they are the prefixes of the vocabulary and of articles. A graph that declares an
    owl:Ontology is written in chapters (see `crampkg.chapters`).
    """
    return _Document({None: set(triples)}, prefixes).text()


def write_dataset(
    graphs: Mapping[str | None, Iterable[Triple]], prefixes: Mapping[str, str] | None = None
) -> str:
    """Return named graphs (None names the default graph) in canonical TriG, sorted by name.

    A blank node that several graphs share is shared in the written form too.
    """
    return _Document({name: set(triples) for name, triples in graphs.items()}, prefixes).text()


def parse_turtle(text: str, where: str) -> tuple[list[Quad], dict[str, str]]:
    """Return the triples of a Turtle text, in the default graph, and its declared prefixes.

    Blank nodes get labels that no other text has; `where` names the text in messages. Raises
    `SourceError` with the line for invalid Turtle, and for features of RDF 1.2.
    """
    if "<<" in text:  # thousands of nested triple terms would crash the process
        _refuse_beyond(text, where)
    parser = parse(text, format=RdfFormat.TURTLE, rename_blank_nodes=True)
    try:
        quads = list(parser)
    except SyntaxError as error:
        problem = f"this is not Turtle: {error.msg}. Mend the line."
        if "No scheme found" in error.msg:
            problem = "an IRI is relative. Write it whole, or declare what @base it is of."
        message = f"{where}, line {error.lineno}: {problem}"
        raise SourceError(message, path=where, line=error.lineno) from None
    for quad in quads:
        term = quad.object
        if isinstance(term, TripleTerm) or (isinstance(term, Literal) and term.direction):
            _refuse_beyond(text, where)
    return quads, parser.prefixes


def format_text(text: str, where: str) -> str:
    """Return Turtle in canonical form; `where` names the text in messages.

    Namespaces of `crampkg.vocabulary` get their prefixes from there, unless the text uses such a
    prefix for another namespace; its other prefixes, such as an article's, are kept. Raises
    `SourceError` as `parse_turtle` does, for blank nodes that are too much alike, and for a
    comment, which parsers drop and which would be lost.
    """
    quads, declared = parse_turtle(text, where)
    triples = {*map(parts, quads)}
    _refuse_comments(text, where, headings(triples))
    prefixes = {name: iri for name, iri in PREFIXES.items() if declared.get(name, iri) == iri}
    ours = set(prefixes.values())
    prefixes |= {name: iri for name, iri in declared.items() if iri not in ours}
    try:
        return write(triples, prefixes)
    except UsageError as error:
        raise SourceError(f"{where}: {error}", path=where) from None


def format_file(
    path: str | os.PathLike[str],
    form: Callable[[str, str], str] = format_text,
    *,
    check: bool = False,
) -> bool:
    """Put a file into canonical form, and return whether that changes it.

    `form` takes a text and its name; with `check` the file is left unchanged. It is replaced
    completely or not at all. Raises `SourceError` as `form` does, and when the file cannot be read
    or written.
    """
    where = os.fspath(path)
    content = read_bytes(where, where)
    formatted = form(decode(content, where), where).encode()
    if formatted == content:
        return False
    if not check:
        replace_source(where, formatted)
    return True


class _Nesting(NamedTuple):
    """The blank nodes that need a label, and those that are nodes of an RDF list."""

    labelled: set[str]
    cells: set[str]


class _Document:
    """A Turtle text under construction."""

    def __init__(
        self, graphs: Mapping[str | None, set[Triple]], prefixes: Mapping[str, str] | None
    ) -> None:
        if prefixes is None:
            prefixes = written_prefixes()
        labelled, self._cells = nesting(graphs)
        self._graphs = graphs
        in_order = [node for node in ordered(graphs) if node in labelled] if labelled else []
        self._labels = {node: f"_:b{number}" for number, node in enumerate(in_order, 1)}
        self._namespaces = sorted(
            ((namespace, prefix) for prefix, namespace in prefixes.items()),
            key=lambda pair: (-len(pair[0]), pair),
        )
        self._short: dict[str, str] = {}
        self._used: dict[str, str] = {}
        self._flat: dict[str, tuple[str, bool]] = {}
        self._about: dict[str | None, dict[RdfTerm, dict[RdfTerm, list[RdfTerm]]]] = {
            name: _by_subject(triples) for name, triples in graphs.items()
        }
        self._nodes = {
            subject.value: properties
            for about in self._about.values()
            for subject, properties in about.items()
            if isinstance(subject, BlankNode) and subject.value not in self._labels
        }

    def text(self) -> str:
        parts = []
        for name in sorted(self._graphs, key=lambda name: natural(name or "")):
            blocks = self._blocks(name)
            if name is None:
                parts.extend(blocks)
            elif blocks:
                body = "\n".join(blocks)
                parts.append(f"{self._iri(name)} {{\n\n{body}\n}}\n")
        declared = [f"@prefix {name}: <{self._used[name]}> .\n" for name in sorted(self._used)]
        return "\n".join(["".join(declared), *parts] if declared else parts)

    def _blocks(self, name: str | None) -> list[str]:
        about = self._about[name]
        shared = [node for node in map(BlankNode, self._labels) if node in about]
        referred = {triple[2] for triple in self._graphs[name]}
        roots = [
            term
            for term in about
            if isinstance(term, BlankNode)
            and term.value not in self._labels
            and term not in referred
        ]
        beside: dict[RdfTerm, list[RdfTerm]] = defaultdict(list)
        anonymous: list[RdfTerm] = list(shared)
        for root in sorted(roots, key=self._sortable):
            source = about[root].get(_SOURCE, [root])[0]
            is_beside = isinstance(source, NamedNode) and source in about
            (beside[source] if is_beside else anonymous).append(root)
        parts = chapters(about)
        if parts is None:
            named = sorted(
                (term for term in about if isinstance(term, NamedNode)), key=self._sortable
            )
            parts = [("", [*named, *anonymous])]
        else:
            parts = [*parts, (GENERAL_AXIOMS, anonymous)]
        blocks = []
        for heading, subjects in parts:
            if heading and subjects:
                blocks.append(f"# {heading}\n")
            for subject in subjects:
                nodes = (subject, *beside[subject])
                blocks.extend(self._block(node, about[node]) for node in nodes)
        return blocks

    def _block(self, subject: RdfTerm, properties: dict[RdfTerm, list[RdfTerm]]) -> str:
        name = self._labels.get(subject.value, "[]") if isinstance(subject, BlankNode) else None
        return f"{name or self._iri(subject.value)}\n{self._properties(properties, 1)}.\n"

    def _properties(self, properties: dict[RdfTerm, list[RdfTerm]], level: int) -> str:
        """Return predicates and objects, one a line, for lines at indentation `level`."""
        pad = _INDENT * level
        lines = []
        for predicate, objects in self._in_order(properties):
            name = self._predicate(predicate)
            if len(objects) == 1:
                start = f"{pad}{name} "
                lines.append(f"{start}{self._written(objects[0], level, len(start))} ;\n")
            else:
                deeper = pad + _INDENT
                written = (self._written(term, level + 1, len(deeper)) for term in objects)
                listed = ",\n".join(deeper + text for text in written)
                lines.append(f"{pad}{name}\n{listed} ;\n")
        return "".join(lines)

    def _in_order(
        self, properties: dict[RdfTerm, list[RdfTerm]]
    ) -> Iterator[tuple[RdfTerm, list[RdfTerm]]]:
        def place(predicate: RdfTerm) -> tuple[int, Key]:
            rank = _RANK.get(predicate.value, len(_RANK))
            return rank, natural(self._predicate(predicate))

        for predicate in sorted(properties, key=place):
            yield predicate, sorted(properties[predicate], key=self._sortable)

    def _written(self, term: RdfTerm, level: int, column: int) -> str:
        """Return an object that begins at `column` of a line at `level`."""
        if not isinstance(term, BlankNode) or term.value in self._labels:
            return self._term(term)
        flat, fits_a_line = self._flattened(term.value)
        fits = fits_a_line and column + len(flat) + len(" ;") <= WIDTH
        if fits or term.value not in self._nodes:
            return flat
        pad = _INDENT * level
        if term.value not in self._cells:
            return f"[\n{self._properties(self._nodes[term.value], level + 1)}{pad}]"
        deeper = pad + _INDENT
        items = (self._written(item, level + 1, len(deeper)) for item in self._items(term.value))
        return "(\n" + "".join(f"{deeper}{item}\n" for item in items) + f"{pad})"

    def _flattened(self, node: str) -> tuple[str, bool]:
        """Return a nested blank node on one line, and whether that form is allowed."""
        known = self._flat.get(node)
        if known is None:
            if node in self._cells:
                forms = [self._flat_term(item) for item in self._items(node)]
                text = f"( {' '.join(form for form, _ in forms)} )"
            else:
                forms, pairs = [], []
                for predicate, objects in self._in_order(self._nodes.get(node, {})):
                    written = [self._flat_term(term) for term in objects]
                    forms.extend(written)
                    listed = ", ".join(form for form, _ in written)
                    pairs.append(f"{self._predicate(predicate)} {listed}")
                text = f"[ {' ; '.join(pairs)} ]" if pairs else "[]"
            known = self._flat[node] = text, all(fits for _, fits in forms)
        return known

    def _flat_term(self, term: RdfTerm) -> tuple[str, bool]:
        if isinstance(term, BlankNode) and term.value not in self._labels:
            return self._flattened(term.value)
        return self._term(term, flat=True), not isinstance(term, Literal) or "\n" not in term.value

    def _items(self, cell: str) -> Iterator[RdfTerm]:
        while cell != _NIL.value:
            yield self._nodes[cell][_FIRST][0]
            cell = self._nodes[cell][_REST][0].value

    def _sortable(self, term: RdfTerm) -> tuple[int, Key]:
        """Return a sort key: IRIs, then literals, then blank nodes, each by written form."""
        return _KINDS.index(type(term)), natural(self._flat_term(term)[0])

    def _predicate(self, predicate: RdfTerm) -> str:
        return "a" if predicate == _TYPE else self._iri(predicate.value)

    def _term(self, term: RdfTerm, *, flat: bool = False) -> str:
        if isinstance(term, NamedNode):
            return "()" if term == _NIL else self._iri(term.value)
        if isinstance(term, BlankNode):
            return self._labels[term.value]
        if isinstance(term, TripleTerm):
            return f"<<( {' '.join(map(self._term, term))} )>>"
        text = term.value
        datatype = datatype_of(term)
        if datatype == _INTEGER and _CANONICAL_INTEGER.fullmatch(text):
            return text
        if datatype == _BOOLEAN and text in ("true", "false"):
            return text
        if "\n" in text and not flat:
            body = text.translate(_LONG_ESCAPES).replace('"""', '\\"\\"\\"')
            quoted = f'"""{body[:-1]}\\""""' if body.endswith('"') else f'"""{body}"""'
        else:
            quoted = f'"{text.translate(_ESCAPES)}"'
        if term.language:
            return f"{quoted}@{_tag(term.language)}"
        return f"{quoted}^^{self._iri(datatype)}" if datatype else quoted

    def _iri(self, iri: str) -> str:
        known = self._short.get(iri)
        if known is None:
            known = f"<{iri}>"
            for namespace, prefix in self._namespaces:
                if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                    self._used[prefix] = namespace
                    known = f"{prefix}:{iri[len(namespace) :]}"
                    break
            self._short[iri] = known
        return known


def _tag(language: str) -> str:
    """Return a language tag in the customary case (BCP 47, RFC 5646, section 2.1.1): en-GB."""
    parts = language.lower().split("-")
    singleton = next((place for place, part in enumerate(parts) if len(part) == 1), len(parts))
    country, script = 2, 4
    cased = [
        part.upper() if len(part) == country else part.title() if len(part) == script else part
        for part in parts[1:singleton]
    ]
    return "-".join([parts[0], *cased, *parts[max(singleton, 1) :]])


def _by_subject(triples: Iterable[Triple]) -> dict[RdfTerm, dict[RdfTerm, list[RdfTerm]]]:
    about: dict[RdfTerm, dict[RdfTerm, list[RdfTerm]]] = {}
    for subject, predicate, term in triples:
        about.setdefault(subject, {}).setdefault(predicate, []).append(term)
    return about


def nesting(graphs: Mapping[str | None, set[Triple]]) -> _Nesting:
    """Return the blank nodes that cannot be nested, and the lists.

    Not nested are shared nodes, nodes on a cycle, and nodes too deep. Works from the leaves
    inwards: a node with one reference is nested in the referring node, so the nodes left when there
    are no more leaves lie on cycles.
    """
    references: Counter[str] = Counter()
    homes: defaultdict[str, set[str | None]] = defaultdict(set)
    properties: defaultdict[str, list[tuple[NamedNode, RdfTerm]]] = defaultdict(list)
    for name, triples in graphs.items():
        for subject, predicate, term in triples:
            if isinstance(subject, BlankNode):
                homes[subject.value].add(name)
                properties[subject.value].append((predicate, term))
            if isinstance(term, BlankNode):
                homes[term.value].add(name)
                references[term.value] += 1
    labelled = {node for node in homes if references[node] > 1 or len(homes[node]) > 1}
    parents = {
        term.value: node
        for node, pairs in properties.items()
        for _, term in pairs
        if isinstance(term, BlankNode) and term.value not in labelled
    }
    waiting = Counter(parents.values())
    ready = [node for node in homes if not waiting[node]]
    heights: dict[str, int] = {}
    cells: set[str] = set()
    while ready:
        node = ready.pop()
        heights[node] = 0
        for predicate, term in properties[node]:
            if isinstance(term, BlankNode) and term.value not in labelled:
                deeper = 0 if predicate == _REST and term.value in cells else 1
                heights[node] = max(heights[node], heights[term.value] + deeper)
        if heights[node] > _DEEPEST and references[node]:
            labelled.add(node)
        if node not in labelled and _is_cell(properties[node], cells):
            cells.add(node)
        if node in parents:
            waiting[parents[node]] -= 1
            if not waiting[parents[node]]:
                ready.append(parents[node])
    return _Nesting(labelled | (homes.keys() - heights.keys()), cells)


def _is_cell(properties: list[tuple[NamedNode, RdfTerm]], cells: set[str]) -> bool:
    by_predicate = dict(properties)
    if len(properties) != len(_CELL) or by_predicate.keys() != _CELL:
        return False
    rest = by_predicate[_REST]
    return rest == _NIL or (isinstance(rest, BlankNode) and rest.value in cells)


#: Tokens of Turtle that may contain #, comments, and the additions of RDF 1.2: triple terms,
#: annotations, reifiers and directions of text.
_LEXER = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*"""'''
    r"""|'''(?:[^'\\]|\\.|'(?!''))*'''"""
    r'''|"(?:[^"\\]|\\.)*"'''
    r"""|'(?:[^'\\]|\\.)*'"""
    r"""|<[^<>]*>|\\.|(?P<comment>\#[^\r\n]*)"""
    r"""|(?P<beyond><<|\{\||~|@[A-Za-z]+(?:-[A-Za-z0-9]+)*--)""",
    re.DOTALL,
)


def beyond_rdf_1_1(text: str) -> tuple[int, str] | None:
    """Return the line and the first token of Turtle or N-Triples that needs RDF 1.2, or None."""
    for match in _LEXER.finditer(text):
        if match["beyond"]:
            return text.count("\n", 0, match.start()) + 1, match["beyond"]
    return None


def _refuse_beyond(text: str, where: str) -> None:
    beyond = beyond_rdf_1_1(text)
    if beyond is not None:
        line, sign = beyond
        message = f"{where}, line {line}: {sign} goes beyond RDF 1.1. Say it with RDF 1.1."
        raise SourceError(message, path=where, line=line)


def _refuse_comments(text: str, where: str, kept: Collection[str]) -> None:
    for match in _LEXER.finditer(text):
        comment = match["comment"]
        if comment and comment.rstrip().removeprefix("# ") not in kept:
            line = text.count("\n", 0, match.start()) + 1
            message = (
                f"{where}, line {line}: a comment, which formatting would lose. Say it in a "
                "skos:editorialNote, or remove it."
            )
            raise SourceError(message, path=where, line=line)
