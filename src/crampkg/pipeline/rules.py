"""Rules: SPARQL CONSTRUCT files, parsed as logic, and run to a fixpoint into one graph."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, cast

from pyoxigraph import (
    BlankNode,
    NamedNode,
    Quad,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    Variable,
    parse,
)

from crampkg.engine.guard import check_source, tokens
from crampkg.errors import SourceError
from crampkg.library import read_header
from crampkg.model import Rule
from crampkg.vocabulary import GRAPHS, OWL, RDF, RDFS, readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pyoxigraph import Literal, QuerySolutions

    from crampkg.sources import Sources

    Part = NamedNode | Literal | Triple | Variable
    Pattern = tuple[Part, Part, Part]

_TYPE = NamedNode(RDF + "type")
_REFLEXIVE = frozenset(
    NamedNode(iri)
    for iri in (
        RDFS + "subClassOf",
        RDFS + "subPropertyOf",
        OWL + "equivalentClass",
        OWL + "equivalentProperty",
        OWL + "sameAs",
    )
)
_EVERYTHING = frozenset(
    NamedNode(iri) for iri in (OWL + "Thing", OWL + "NamedIndividual", RDFS + "Resource")
)
#: The check for data that describes the vocabulary itself.
_VOCABULARY = "rules/lint/term-outside-ontology.rq"

_PARTS = re.compile(r"^CONSTRUCT (?P<head>\{\n.*?^\})\nWHERE ", re.MULTILINE | re.DOTALL)
_ALTERNATIVES = frozenset(("MINUS", "OPTIONAL", "UNION"))
_MODIFIERS = frozenset(("GROUP", "HAVING", "LIMIT", "OFFSET", "ORDER"))
#: What a property path has beside its steps; the IRI of one, and that of a variable.
_PATH = frozenset("/|^!*+(")
_WAY, _VARIABLE = NamedNode("urn:crampkg:path"), "urn:crampkg:variable:"


class RuleLogic(NamedTuple):
    """A parsed rule of the folders `facts`, `owl`, `inferred` or `inconsistent`.

    It concludes all `heads` from all `premises`. `query` selects its instances: `visible` are the
    variables that its text leaves visible, and rows that agree on them are one instance, such as
    rows for the words of a text. `head` is its text up to WHERE, `where` the rest. An opaque rule
    depends on more than its premises: on a path, or on a condition that something exists.
    """

    rule: Rule
    heads: tuple[Pattern, ...]
    premises: tuple[Pattern, ...]
    visible: frozenset[str]
    query: str
    head: str
    where: str
    is_opaque: bool

    @property
    def text(self) -> str:
        """The whole rule."""
        return f"{self.head}WHERE {self.where}"


def check_vocabulary(store: Store, sources: Sources) -> None:
    """Raise `SourceError` for data that changes the meaning of the ontology's words.

    One axiom in a data file could make each printed "associated with" a cause.
    """
    if _VOCABULARY not in sources.files():
        return
    text = sources.text(_VOCABULARY)
    check_source(text, _VOCABULARY)
    for term, predicate, _ in cast("QuerySolutions", store.query(text)):
        message = (
            f"Data says {readable(predicate.value)} of {readable(term.value)}, which changes what "
            "words of the ontology mean, so that nothing can be inferred. `crampkg check` names "
            "the line."
        )
        raise SourceError(message)


def derive(store: Store, sources: Sources) -> None:
    """Add the facts that `rules/facts` derives from the claims to the facts graph."""
    graph = NamedNode(GRAPHS["facts-without-hedges"])
    for name, text in rule_texts(sources, "facts"):
        for triple in conclusions(store, name, text):
            store.add(Quad(triple.subject, triple.predicate, triple.object, graph))


def reason(store: Store, sources: Sources) -> None:
    """Add the conclusions of `rules/owl` and `rules/inferred` to the inferred graph.

    Each added triple is new: no other graph has it, and it is no tautology. Types that are
    anonymous class expressions are used on the way and removed at the end.
    """
    saturate(store, sources)
    leave_out_anonymous_types(store)


def leave_out_anonymous_types(store: Store) -> None:
    """Remove the triples about blank nodes from the inferred graph."""
    graph = NamedNode(GRAPHS["inferred"])
    for quad in list(store.quads_for_pattern(None, None, None, graph)):
        if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
            store.remove(quad)


def saturate(store: Store, sources: Sources, *more: str) -> None:
    """Add the triples of `reason`, and the types that are anonymous class expressions.

    The rules run in turn, each as long as new triples match one of its premises. `more` are further
    folders of `rules/` to run with them.
    """
    graph = NamedNode(GRAPHS["inferred"])
    rules = rulebook(sources, "owl", "inferred", *more)
    unseen = [News() for _ in rules]
    known: set[Triple] = set()  # conclusions repeated every round are looked up once
    is_first = True
    while is_first or any(unseen):
        for number, logic in enumerate(rules):
            if not is_first and not unseen[number].concern(logic):
                unseen[number] = News()
                continue
            unseen[number] = News()
            results = set(conclusions(store, logic.rule.name, logic.text)) - known
            known |= results
            new = [triple for triple in results if is_news(store, triple)]
            store.extend(
                Quad(triple.subject, triple.predicate, triple.object, graph) for triple in new
            )
            fresh = News(new)
            for news in unseen:
                news.add(fresh)
        is_first = False


class News:
    """New triples, indexed by predicate, and by predicate and object."""

    def __init__(self, triples: Collection[Triple] = ()) -> None:
        self._relations: set[object] = {triple.predicate for triple in triples}
        self._ends: set[object] = {(triple.predicate, triple.object) for triple in triples}

    def __bool__(self) -> bool:
        return bool(self._relations)

    def add(self, other: News) -> None:
        """Add the triples of another set."""
        self._relations |= other._relations
        self._ends |= other._ends

    def concern(self, logic: RuleLogic) -> bool:
        """Return whether any of them may be a premise of the rule."""
        return bool(self) and (logic.is_opaque or any(map(self.may_be, logic.premises)))

    def may_be(self, premise: Pattern) -> bool:
        """Return whether any of them may match this premise."""
        _, predicate, object_ = premise
        if isinstance(predicate, Variable):
            return bool(self)
        if isinstance(object_, NamedNode):
            return (predicate, object_) in self._ends
        return predicate in self._relations


def rule_texts(sources: Sources, folder: str) -> list[tuple[str, str]]:
    """Return the name and the text of each rule in a folder of `rules/`, sorted by name.

    Raises `SourceError` for a rule that cannot be read, or that calls another server.
    """
    start = f"rules/{folder}/"
    names = [name for name in sources.files() if name.startswith(start) and name.endswith(".rq")]
    texts = [(name, sources.text(name)) for name in names]
    for name, text in texts:
        check_source(text, name)
    return texts


def conclusions(store: Store, name: str, text: str) -> list[Triple]:
    """Return the conclusions of a rule from the union of the graphs of `store`, known or new.

    Raises `SourceError` for a text that does not parse, or is no CONSTRUCT.
    """
    try:
        result = store.query(text, use_default_graph_as_union=True)
    except SyntaxError as error:
        message = f"{name}: the rule does not parse: {error}. Mend it."
        raise SourceError(message, path=name) from None
    if not isinstance(result, QueryTriples):
        message = f"{name}: a rule is a CONSTRUCT, and this is none. Mend it."
        raise SourceError(message, path=name)
    return list(result)


def is_news(store: Store, triple: Triple) -> bool:
    """Return whether a triple is no tautology and in no graph yet."""
    if _is_tautology(triple):
        return False
    known = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    return next(iter(known), None) is None


def _is_tautology(triple: Triple) -> bool:
    if triple.subject == triple.object and triple.predicate in _REFLEXIVE:
        return True
    return triple.predicate == _TYPE and triple.object in _EVERYTHING


def rulebook(sources: Sources, *folders: str) -> tuple[RuleLogic, ...]:
    """Return the rules of some folders of `rules/`. Raises `SourceError` for an invalid rule."""
    return tuple(
        _logic(name, text) for folder in folders for name, text in rule_texts(sources, folder)
    )


@lru_cache(maxsize=256)  # a build needs each rule twice: to run it and to find its instances
def _logic(name: str, text: str) -> RuleLogic:
    header = read_header(name, text)
    rule = Rule(header["id"], name, header["summary"])
    try:
        Store().query(text)
    except SyntaxError as error:
        raise _unreadable(name, f"does not parse: {error}") from None
    parts = _PARTS.search(text)
    if parts is None:
        raise _unreadable(name, "is no CONSTRUCT { ... } WHERE { ... } in the form of the others")
    prologue, where = text[: parts.start()], text[parts.end() :]
    heads = _patterns(name, prologue, parts["head"])
    patterns = dict.fromkeys(_patterns(name, prologue, where))
    premises = tuple(pattern for pattern in patterns if pattern[1] != _WAY)
    words = [text.upper() for kind, text, _ in tokens(where) if kind != "comment"]
    exists = any(word == "EXISTS" and before != "NOT" for before, word in pairwise(words))
    is_opaque = len(premises) < len(patterns) or exists
    shown = cast("QuerySolutions", Store().query(f"{prologue}SELECT * WHERE {where}"))
    visible = frozenset(variable.value for variable in shown.variables)
    hidden = [
        premise
        for premise in premises
        if any(isinstance(part, Variable) and part.value not in visible for part in premise)
    ]
    extra = "".join(f"{' '.join(map(str, premise))} .\n" for premise in hidden)
    query = f"{prologue}SELECT DISTINCT * WHERE {{\n{where}{extra}}}\n"
    head = text[: parts.end()].removesuffix("WHERE ")
    return RuleLogic(rule, tuple(heads), premises, visible, query, head, where, is_opaque)


def _patterns(name: str, prologue: str, group: str) -> list[Pattern]:
    """Return the triple patterns of a group that must hold, and those of groups within it.

    Patterns in filters are conditions, not premises. A property path, with `_WAY` as its predicate,
    walks a list, which is part of the axiom that contains it. The rest is Turtle once its variables
    are replaced by IRIs.
    """
    read = [token for token in tokens(group) if token[0] != "comment"]
    statements = [""]
    at, is_step = 0, False  # whether the next token is a further step of a path

    def skip(end: str) -> None:
        """Move past the next pair of brackets."""
        nonlocal at
        while at < len(read) and read[at][1] not in end:
            at += 1

    while at < len(read):
        kind, lexeme, start = read[at]
        word = lexeme.upper() if kind == "word" else ""
        if word in _ALTERNATIVES:
            raise _unreadable(name, "has alternatives or options: make a rule of each")
        if word in ("BIND", "FILTER", "VALUES"):
            skip("{" if word == "VALUES" else "{(")
            at = _after_brackets(read, at)
            statements.append("")
            continue
        if word == "SELECT" or word in _MODIFIERS:
            skip("{" if word == "SELECT" else "}")
            continue
        if lexeme in ("{", "}", "."):
            statements.append("")
        elif word == "GRAPH":
            at += 1
        elif lexeme in _PATH:
            before = statements[-1].rstrip()
            if not before.endswith(str(_WAY)):
                if lexeme in "/|*+":  # after its first step
                    before = before[: -len(before.split()[-1])]
                statements[-1] = f"{before} {_WAY} "
            if lexeme == "(":
                at = _after_brackets(read, at) - 1
            is_step = lexeme in "/|^!"
        elif is_step:
            is_step = False
        elif lexeme[0] in "?$":
            statements[-1] += f"<{_VARIABLE}{lexeme[1:]}> "
        else:
            end = read[at + 1][2] if at + 1 < len(read) else len(group)
            statements[-1] += group[start:end]
        at += 1
    ends = (statement.strip().removesuffix(".") for statement in statements)
    turtle = prologue + "".join(f"{statement} .\n" for statement in ends if statement)
    try:
        quads = list(parse(turtle, format=RdfFormat.TURTLE))
    except SyntaxError:
        quads = []
    if not quads or any(_WAY in (quad.subject, quad.object) for quad in quads):
        raise _unreadable(name, "has a list in brackets: write its cells as triples")
    return [(_part(quad.subject), _part(quad.predicate), _part(quad.object)) for quad in quads]


def _after_brackets(read: Sequence[tuple[str, str, int]], at: int) -> int:
    """Return the position after the bracket that closes the one at `at`."""
    depth = 0
    for number, (kind, _, _) in enumerate(read[at:], at):
        depth += (kind == "open") - (kind == "close")
        if not depth:
            return number + 1
    return len(read)


def _part(term: NamedNode | BlankNode | Literal | Triple) -> Part:
    if isinstance(term, NamedNode) and term.value.startswith(_VARIABLE):
        return Variable(term.value.removeprefix(_VARIABLE))
    return Variable(term.value) if isinstance(term, BlankNode) else term


def _unreadable(name: str, problem: str) -> SourceError:
    return SourceError(f"{name}: the rule {problem}. Mend it.", path=name)
