"""`crampkg why`: what states a triple, and how it follows, down to spans and markers."""

from __future__ import annotations

from crampkg.answers import sentences
from crampkg.cli import output
from crampkg.cli.opening import open_graph
from crampkg.cli.parser import (
    ArgumentParser,
    add_article,
    add_endpoint,
    add_format,
    add_globals,
    add_output,
    completes_names,
    is_concept,
)
from crampkg.cli.show import on_terminal, print_status, quoted, say_status
from crampkg.errors import CrampkgError
from crampkg.vocabulary import OWL, RDF, RDFS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping

    from rich.console import Console

    from crampkg.cli.parser import Arguments
    from crampkg.explain.story import Line
    from crampkg.explain.why import Explanation
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Term

DESCRIPTION = """\
Explain why a triple holds. First comes what an article says of it, by a sentence, a list item, a
label or an implication, affirmed or not: with its hedge, its place and its markers. Then each
smallest set of claims, background links and axioms from which it follows otherwise, as a tree down
to statements and markers, with the weakest hedges on the way.

Subject, predicate and object take labels, synonyms, CURIEs or IRIs, in any case; the predicate
also "a" for "is of the kind". Where no claim affirms the triple and it does not follow, the claims
that come near are named, the nearest first, and the exit code is 1."""

EXAMPLES = """\
examples:
  crampkg why PAD causes claudication
  crampkg why "femoral artery" "is implicated in" "calf pain"
  crampkg why "iliac artery disease" a "arterial condition"
  crampkg why quinine-sulfate a "contested intervention" -f json
  crampkg why "mild hypohydration" "predisposes to" cramp"""

FORMATS = ("table", "json", "md", "turtle", "jsonld")


def parser() -> ArgumentParser:
    """Return the parser of the words after `why`."""
    words = ArgumentParser("crampkg why", DESCRIPTION, EXAMPLES)
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
        type=_number,
        default=5,
        help="how many justifications to look for (default: 5)",
    )
    add_format(words, FORMATS, "table")
    add_article(words, "a copy of the article to quote from")
    add_output(words)
    add_endpoint(words)
    add_globals(words)
    return words


def run(arguments: Arguments) -> int:
    """Explain; 1 when the triple does not hold."""
    from crampkg.explain.story import resources

    graph = open_graph(arguments)
    explanation = graph.why(
        arguments.subject, arguments.predicate, arguments.object, limit=arguments.limit
    )
    if arguments.format in ("turtle", "jsonld"):
        from crampkg.explain.prov import provenance
        from crampkg.export import to_bytes

        output.write(
            to_bytes(provenance(explanation), arguments.format, graph.sources), arguments.output
        )
        say_status(graph.statuses, "" if explanation.holds else _verdict(explanation))
        return 0 if explanation.holds else 1
    quotes = quoted(graph, lambda: resources(explanation), arguments.format)
    if arguments.format == "json":
        output.write(_json(explanation, graph, quotes), arguments.output)
        say_status(graph.statuses)
    elif arguments.format == "md":
        output.write_text(_markdown(explanation, graph, quotes), arguments.output)
    elif arguments.output is None and output.is_terminal():
        on_terminal(arguments, lambda console: _print(console, explanation, graph, quotes))
    else:
        output.write_text(_plain(explanation, graph, quotes), arguments.output)
    return 0 if explanation.holds else 1


def _number(text: str) -> int:
    import argparse

    if not text.isdecimal() or int(text) < 1:
        message = f"{text!r} is not a number of justifications: give 1 or more"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _relations(typed: argparse.Namespace) -> Iterator[Term]:
    """Yield the relations that things stand in, and no properties of claims and texts."""
    from crampkg.library import own_query
    from crampkg.model import Term

    graph = open_graph(typed)
    yield Term(f"{RDF}type", "is a", (), (), "")  # which has no label of ours
    for row in graph.query(own_query("explain/relations")):
        term = graph.terms.get(row.text("relation"))
        if term is not None:
            yield term


def _objects(typed: argparse.Namespace) -> Iterable[Term]:
    """Return the concepts, or the classes where the predicate wants one."""
    terms = open_graph(typed).terms
    try:
        relation = terms.relation(typed.predicate)
    except CrampkgError:
        relation = ""
    if relation in (f"{RDF}type", f"{RDFS}subClassOf"):
        return terms.of_kind(f"{OWL}Class")
    return filter(is_concept, terms)


def _json(explanation: Explanation, graph: KnowledgeGraph, quotes: Mapping[str, str]) -> bytes:
    import json

    from crampkg.explain.story import document

    told = document(explanation, quotes)
    told["status"] = [status._asdict() for status in graph.statuses]
    return f"{json.dumps(told, ensure_ascii=False, indent=2)}\n".encode()


def _verdict(explanation: Explanation) -> str:
    from crampkg.explain.story import verdict

    return verdict(explanation)


def _parts(
    explanation: Explanation, graph: KnowledgeGraph, quotes: Mapping[str, str]
) -> Iterator[tuple[str, list[Line]]]:
    """Yield what states it, each justification, and the claims that come near, with headings."""
    from crampkg.explain.story import (
        Line,
        Place,
        claim,
        further,
        lines,
        nearest_heading,
        rests_elsewhere,
        weakest,
    )

    def label(iri: str) -> str:
        term = graph.terms.get(iri)
        return term.label if term else iri

    told: dict[Place, str] = {}
    if explanation.stated:
        stated = [claim(each, quotes, label(each.iri), told) for each in explanation.stated]
        yield "What is said of it", [line for each in stated for line in each]
    chosen = [each for each in explanation.justifications if rests_elsewhere(each, explanation)]
    for number, reason in enumerate(chosen, 1):
        heading = f"Justification {number} of {len(chosen)}" if len(chosen) > 1 else "Justification"
        hedges = weakest(reason)
        yield heading, [*lines(reason, quotes, told), *([Line(0, hedges, "")] if hedges else [])]
    if explanation.nearest.claims:
        near = [
            claim(each.claim, quotes, label(each.claim.iri), told, each.links)
            for each in explanation.nearest.claims
        ]
        found = [line for each in near for line in each]
        if further(explanation):
            found.append(Line(0, further(explanation), ""))
        yield nearest_heading(explanation), found


def _plain(explanation: Explanation, graph: KnowledgeGraph, quotes: Mapping[str, str]) -> str:
    from crampkg.explain.story import heading

    told = [heading(explanation), "", _verdict(explanation)]
    for title, found in _parts(explanation, graph, quotes):
        told += ["", title, ""]
        told += [f"{'  ' * line.depth}{_said(line)}" for line in found]
    told += ["", *sentences.status_lines(graph.statuses)]
    return "\n".join(told) + "\n"


def _markdown(explanation: Explanation, graph: KnowledgeGraph, quotes: Mapping[str, str]) -> str:
    from crampkg.answers.table import escape
    from crampkg.explain.story import heading

    told = [f"# {escape(heading(explanation))}", escape(_verdict(explanation))]
    for title, found in _parts(explanation, graph, quotes):
        told.append(f"## {title}")
        told.append("\n".join(f"{'  ' * line.depth}- {escape(_said(line))}" for line in found))
    told.append("  \n".join(map(escape, sentences.status_lines(graph.statuses))))
    return "\n\n".join(told) + "\n"


def _said(line: Line) -> str:
    return f"{line.text} [{line.aside}]" if line.aside else line.text


def _print(
    console: Console,
    explanation: Explanation,
    graph: KnowledgeGraph,
    quotes: Mapping[str, str],
) -> None:
    from rich.text import Text
    from rich.tree import Tree

    from crampkg.explain.story import heading

    console.print(Text(heading(explanation), "bold"))
    console.print(Text(_verdict(explanation)))
    for title, found in _parts(explanation, graph, quotes):
        console.print()
        console.print(Text(title, "bold underline"))
        root = Tree("", hide_root=True, guide_style="dim")
        above = [root]
        for line in found:
            text = Text(line.text)
            if line.aside:
                text.append(f" [{line.aside}]", "dim")
            del above[line.depth + 1 :]
            above.append(above[-1].add(text))
        console.print(root)
    print_status(console, graph.statuses)
