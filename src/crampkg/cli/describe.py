"""`crampkg describe`: everything about one concept."""

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
from crampkg.vocabulary import CK, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console

    from crampkg.answers.table import Sheet
    from crampkg.cli.parser import Arguments
    from crampkg.explain.describe import Card
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Citation, Claim

DESCRIPTION = """\
Show one concept: its definition and kinds, what the article claims about it with stance, hedge
and marker, what we added as background, what is inferred, and its mappings.

The concept is found by label, synonym, CURIE or IRI, in any case, and by what a term of another
vocabulary is called that it is mapped to exactly or closely."""

EXAMPLES = """\
examples:
  crampkg describe claudication
  crampkg describe "iliac artery disease"
  crampkg describe RLS -f md
  crampkg describe kg:quinine-sulfate -f turtle"""

FORMATS = ("table", "json", "md", "turtle", "jsonld")


def parser() -> ArgumentParser:
    """Return the parser of the words after `describe`."""
    words = ArgumentParser("crampkg describe", DESCRIPTION, EXAMPLES)
    term = words.add_argument("term", metavar="TERM", help="what the concept is called")
    completes_names(term, lambda typed: open_graph(typed).terms, briefly=is_concept)
    add_format(words, FORMATS, "table")
    add_article(words, "a copy of the article to quote from")
    add_output(words)
    add_endpoint(words)
    add_globals(words)
    return words


def run(arguments: Arguments) -> int:
    """Show the card."""
    from crampkg.explain.describe import resources

    graph = open_graph(arguments)
    card = graph.describe(arguments.term)
    if arguments.format in ("turtle", "jsonld"):
        from crampkg.export import to_bytes

        output.write(to_bytes(card.triples, arguments.format, graph.sources), arguments.output)
        say_status(graph.statuses)
        return 0
    quotes = quoted(graph, lambda: resources(card), arguments.format)
    if arguments.format == "json":
        output.write(_json(card, graph, quotes), arguments.output)
        say_status(graph.statuses)
    elif arguments.format == "md":
        output.write_text(_markdown(card, graph, quotes), arguments.output)
    elif arguments.output is None and output.is_terminal():
        on_terminal(arguments, lambda console: _print(console, card, graph, quotes))
    else:
        output.write_text(_plain(card, graph, quotes), arguments.output)
    return 0


def _json(card: Card, graph: KnowledgeGraph, quotes: Mapping[str, str]) -> bytes:
    import json

    from crampkg.explain.describe import document

    told = {**document(card, {}), "status": [status._asdict() for status in graph.statuses]}
    if quotes:
        told["quotes"] = dict(quotes)
    return f"{json.dumps(told, ensure_ascii=False, indent=2)}\n".encode()


def _facts(card: Card, graph: KnowledgeGraph) -> list[tuple[str, str]]:
    """Return what stands at the top of a card, each with its name."""
    term = card.term
    kinds = [graph.terms.get(kind) for kind in term.kinds]
    told = [
        ("found", card.found),
        ("also called", ", ".join(term.synonyms)),
        ("kinds", ", ".join(sorted(kind.label for kind in kinds if kind is not None))),
        ("identifier", compress(term.iri)),
    ]
    return [(name, text) for name, text in told if text]


def _sheets(
    card: Card, graph: KnowledgeGraph, quotes: Mapping[str, str]
) -> Iterator[tuple[str, Sheet]]:
    """Yield the parts of a card that are tables, each with its heading.

    Where there are several articles, each claim names its own.
    """
    from crampkg.answers import sentences
    from crampkg.answers.table import Sheet
    from crampkg.claims import citations_or_none

    properties = [
        (each.property_label, each.value_label or compress(each.value)) for each in card.properties
    ]
    yield "What it is", Sheet(("property", "value"), tuple(properties))
    titles = sentences.titles(graph.statuses)

    def cells(claim: Claim, citation: Citation) -> tuple[str, ...]:
        quote = quotes.get(claim.iri) or quotes.get(claim.statement) or ""
        return (
            *(claim.subject_label, claim.relation_label, claim.object_label),
            *(claim.wording, claim.stance, claim.hedge, claim.evidence, claim.condition),
            *(claim.basis, citation.text),
            *(citation.source_label, citation.status),
            *(claim.section, claim.note, compress(claim.iri)),
            *([titles.get(sentences.home(claim.iri), "")] if titles else []),
            quote and f"“{' '.join(quote.split())}”",
        )

    names: tuple[str, ...] = (
        *("subject", "relation", "object", "as worded", "stance", "hedge", "evidence as worded"),
        *("condition", "basis", "marker", "source", "marker status", "section", "note", "claim"),
        *([sentences.HEADING] if titles else []),
        "quote",
    )
    yield (
        "What the article claims",
        Sheet(
            names,
            tuple(cells(claim, each) for claim in card.claims for each in citations_or_none(claim)),
        ),
    )
    narrower = [
        (each.kind_label, *cells(each.claim, citation))
        for each in card.narrower
        for citation in citations_or_none(each.claim)
    ]
    heading = "What the article claims of narrower kinds (which these are is our background)"
    yield heading, Sheet(("narrower kind", *names), tuple(narrower))
    links = [
        (
            link.subject_label,
            link.relation_label,
            link.object_label,
            link.origin,
            link.source or link.path,
            link.comment,
        )
        for link in card.links
    ]
    names = ("subject", "relation", "object", "origin", "source or by way of", "comment")
    yield "Background and inferences, not the article's", Sheet(names, tuple(links))
    mappings = [
        (mapping.match, compress(mapping.term), mapping.label, mapping.source, mapping.comment)
        for mapping in card.mappings
    ]
    names = ("match", "term", "label", "source", "comment")
    yield "Mappings to other vocabularies", Sheet(names, tuple(mappings))


def _plain(card: Card, graph: KnowledgeGraph, quotes: Mapping[str, str]) -> str:
    from crampkg.answers.table import plain

    lines = [f"{card.term.label}\n", f"{card.term.definition}\n" if card.term.definition else ""]
    lines += [f"{name}: {text}\n" for name, text in _facts(card, graph)]
    for heading, sheet in _sheets(card, graph, quotes):
        if sheet.rows:
            lines.append(f"\n{heading}\n\n{plain(sheet)}")
    lines += [f"\n{remark}\n" for remark in _remarks(card)]
    lines.append("\n" + "".join(f"{line}\n" for line in sentences.status_lines(graph.statuses)))
    return "".join(lines)


def _markdown(card: Card, graph: KnowledgeGraph, quotes: Mapping[str, str]) -> str:
    from crampkg.answers.table import escape, markdown

    parts = [f"# {escape(card.term.label)}", escape(card.term.definition)]
    parts.append("\n".join(f"- {name}: {escape(text)}" for name, text in _facts(card, graph)))
    for heading, sheet in _sheets(card, graph, quotes):
        if sheet.rows:
            parts += [f"## {heading}", markdown(sheet).rstrip("\n")]
    parts += map(escape, _remarks(card))
    parts.append("  \n".join(map(escape, sentences.status_lines(graph.statuses))))
    return "\n\n".join(part for part in parts if part) + "\n"


def _print(console: Console, card: Card, graph: KnowledgeGraph, quotes: Mapping[str, str]) -> None:
    from rich.table import Table
    from rich.text import Text

    from crampkg.answers.table import show

    console.print(Text(card.term.label, "bold"))
    if card.term.definition:
        console.print(Text(card.term.definition))
    console.print()
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    for name, text in _facts(card, graph):
        grid.add_row(Text(name), Text(text))
    console.print(grid)
    for heading, sheet in _sheets(card, graph, quotes):
        if sheet.rows:
            console.print()
            console.print(Text(heading, "bold underline"))
            console.print()
            show(console, sheet)
    for remark in _remarks(card):
        console.print()
        console.print(Text(remark))
    print_status(console, graph.statuses)


def _remarks(card: Card) -> list[str]:
    """Return where the article is silent on the concept, and where it says more."""
    from crampkg.explain.describe import is_unrelated
    from crampkg.near import counted

    label = card.term.label
    remarks = []
    if not card.claims and f"{CK}ClinicalEntity" in card.term.kinds:
        itself = " itself" if card.narrower else ""
        remarks.append(f"The article makes no claim about {label}{itself}.")
    if card.wider:
        terms = ", ".join(f"{each.label} ({counted(each)})" for each in card.wider)
        silent = f" No claim says how {label} is related to it."
        remarks.append(
            f"More is claimed of what is wider by our background: {terms}."
            f"{silent if is_unrelated(card) else ''}"
            f' See `crampkg ask {sentences.CLAIMS_ABOUT} --concept "{label}"`.'
        )
    return [*remarks, *sentences.contested_lines(card.contested)]
