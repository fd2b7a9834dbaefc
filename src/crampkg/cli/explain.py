"""`crampkg describe` and `why`: the card of a thing, and the explanation of a triple."""

from __future__ import annotations

from crampkg.cli import output
from crampkg.cli.parser import (
    ArgumentParser,
    Command,
    add_article,
    add_endpoint,
    add_format,
    add_globals,
    add_output,
    completes_names,
    is_concept,
    number,
)
from crampkg.cli.shared import open_graph, quoted, say_status, show_document
from crampkg.errors import CrampkgError
from crampkg.export import OF_ONE_GRAPH
from crampkg.vocabulary import OWL, RDF, RDFS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    from crampkg.cli.parser import Arguments
    from crampkg.explain.describe import Card
    from crampkg.explain.why import Explanation
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Term
    from crampkg.rdf import Triple

_DESCRIBE = """\
Show one concept: its definition and kinds, what the article claims about it with stance, hedge
and marker, what we added as background, what is inferred, and its mappings.

The concept can be named by label, synonym, CURIE or IRI, in any case, or by a name of a term of
another vocabulary that is mapped to it exactly or closely."""

_DESCRIBE_EXAMPLES = """\
examples:
  crampkg describe NAME
  crampkg describe NAME -f md
  crampkg describe kg:NAME -f turtle"""

_WHY = """\
Explain why a triple holds. First comes what an article says of it, by a sentence, a list item, a
label or an implication, affirmed or not: with its hedge, its place and its markers. Then each
smallest set of claims, background links and axioms from which it follows otherwise, as a tree down
to statements and markers, with the weakest hedges on the way.

Subject, predicate and object take labels, synonyms, CURIEs or IRIs, in any case; the predicate
also "a" for "is of the kind". Where no claim affirms the triple and it does not follow, the claims
that come near are named, the nearest first, and the exit code is 1."""

_WHY_EXAMPLES = """\
examples:
  crampkg why SUBJECT RELATION OBJECT
  crampkg why SUBJECT a KIND -f json"""

_FORMATS = ("table", "json", "md", *OF_ONE_GRAPH)


def _describe_parser() -> ArgumentParser:
    words = ArgumentParser("crampkg describe", _DESCRIBE, _DESCRIBE_EXAMPLES)
    term = words.add_argument("term", metavar="TERM", help="a name of the concept")
    completes_names(term, lambda typed: open_graph(typed).terms, briefly=is_concept)
    _add_options(words)
    return words


def _describe(arguments: Arguments) -> int:
    """Show the card."""
    from crampkg.explain import describe

    graph = open_graph(arguments)
    if arguments.format in OF_ONE_GRAPH:
        _write_graph(arguments, graph, graph.card_triples(arguments.term))
    else:
        _show(arguments, graph, describe, graph.describe(arguments.term))
    return 0


def _why_parser() -> ArgumentParser:
    words = ArgumentParser("crampkg why", _WHY, _WHY_EXAMPLES)
    subject = words.add_argument("subject", metavar="SUBJECT", help="what the triple is about")
    completes_names(subject, lambda typed: open_graph(typed).terms, briefly=is_concept)
    predicate = words.add_argument("predicate", metavar="PREDICATE", help="the relation")
    completes_names(predicate, _relations)
    completes_names(
        words.add_argument("object", metavar="OBJECT", help="what it leads to"), _objects
    )
    words.add_argument(
        "--limit",
        metavar="N",
        type=number(1, wrong="is not a number of justifications: give 1 or more"),
        default=5,
        help="how many justifications to look for (default: 5)",
    )
    _add_options(words)
    return words


def _add_options(words: ArgumentParser) -> None:
    add_format(words, _FORMATS, "table")
    add_article(words, "a copy of the article to quote from")
    add_output(words)
    add_endpoint(words)
    add_globals(words)


def _why(arguments: Arguments) -> int:
    """Explain; return 1 when the triple does not hold."""
    from crampkg.explain import story
    from crampkg.explain.prov import provenance

    graph = open_graph(arguments)
    explanation = graph.why(
        arguments.subject, arguments.predicate, arguments.object, limit=arguments.limit
    )
    if arguments.format in OF_ONE_GRAPH:
        missing = "" if explanation.holds else story.verdict(explanation)
        _write_graph(arguments, graph, provenance(explanation), missing)
    else:
        _show(arguments, graph, story, explanation)
    return 0 if explanation.holds else 1


def _write_graph(
    arguments: Arguments, graph: KnowledgeGraph, triples: Iterable[Triple], missing: str = ""
) -> None:
    """Write triples, and on standard error the status and the sentence `missing`."""
    from crampkg.export import to_bytes

    output.write(to_bytes(triples, arguments.format, graph.sources), arguments.output)
    say_status(graph.statuses, missing)


def _show(
    arguments: Arguments, graph: KnowledgeGraph, room: ModuleType, thing: Card | Explanation
) -> None:
    """Write a card or an explanation with the functions of its module `room`."""
    quotes = quoted(graph, lambda: room.resources(thing), arguments.format)
    show_document(
        arguments,
        lambda: room.blocks(thing, graph.terms, graph.statuses, quotes),
        lambda: room.document(thing, quotes, graph.statuses),
    )
    if arguments.format == "json":
        say_status(graph.statuses)


def _relations(typed: argparse.Namespace) -> Iterator[Term]:
    """Yield the relations between things, without properties of claims and texts."""
    from crampkg.library import own_query
    from crampkg.model import Term

    graph = open_graph(typed)
    yield Term(f"{RDF}type", "is a", (), (), "")  # it has no label in the graph
    for row in graph.query(own_query("explain/relations")):
        term = graph.terms.get(row.text("relation"))
        if term is not None:
            yield term


def _objects(typed: argparse.Namespace) -> Iterable[Term]:
    """Return the concepts, or the classes if the predicate takes a class."""
    terms = open_graph(typed).terms
    try:
        relation = terms.relation(typed.predicate)
    except CrampkgError:
        relation = ""
    if relation in (f"{RDF}type", f"{RDFS}subClassOf"):
        return terms.of_kind(f"{OWL}Class")
    return filter(is_concept, terms)


COMMANDS = {
    "describe": Command(_describe_parser, _describe),
    "why": Command(_why_parser, _why),
}
