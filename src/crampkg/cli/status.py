"""`crampkg status`: what a store holds of the graph."""

from __future__ import annotations

from crampkg.cli import output
from crampkg.cli.opening import open_sources
from crampkg.cli.parser import ArgumentParser, add_endpoint, add_format, add_globals, add_output
from crampkg.vocabulary import GRAPHS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.cli.parser import Arguments
    from crampkg.push import Comparison

DESCRIPTION = """\
Show which of the five graphs a store holds, of which snapshot, and whether that is this one.
The exit code is 0 when it is, 1 when it is not, and 3 when the store cannot be asked."""

EXAMPLES = """\
examples:
  crampkg status --endpoint http://127.0.0.1:7878/query
  crampkg status --endpoint http://127.0.0.1:7878/query -f json
  crampkg status --endpoint URL || crampkg push --endpoint URL"""

FORMATS = ("table", "json")


def parser() -> ArgumentParser:
    """Return the parser of the words after `status`."""
    words = ArgumentParser("crampkg status", DESCRIPTION, EXAMPLES)
    add_endpoint(words, required=True)
    add_format(words, FORMATS, "table")
    add_output(words)
    add_globals(words)
    return words


def run(arguments: Arguments) -> int:
    """Compare; 1 when the store is not current."""
    graph = open_sources(arguments)
    found = graph.compare(arguments.endpoint, user=arguments.user, timeout=arguments.timeout)
    if arguments.format == "json":
        output.write(_json(found), arguments.output)
    else:
        output.write_text(_plain(found), arguments.output)
    return 0 if found.is_current else 1


def _plain(found: Comparison) -> str:
    from crampkg.answers.table import Sheet, plain

    rows = [
        (name, str(found.state.triples[iri]), str(found.wanted.triples[iri]))
        for name, iri in GRAPHS.items()
    ]
    rows.append(("snapshot", found.state.identifier[:16] or "none", found.wanted.identifier[:16]))
    return f"{plain(Sheet(('graph', 'there', 'here'), tuple(rows)))}\n{_verdict(found)}\n"


def _verdict(found: Comparison) -> str:
    """Return what follows, in a sentence or two."""
    from crampkg.engine.transport import shown

    url = shown(found.endpoint)
    sentence = f"{url} holds this very graph."
    if found.state.is_served and not found.is_current:
        return (
            f"{url} is a server of crampkg with another graph, and takes no push. Start "
            "`crampkg serve` anew with these sources."
        )
    if not any(found.state.triples.values()):
        sentence = f"{url} holds none of the graphs. `crampkg push` puts them there."
    elif not found.state.identifier:
        sentence = f"{url} does not tell what it holds. `crampkg push` replaces it."
    elif found.state.identifier != found.wanted.identifier:
        sentence = f"{url} holds another graph. `crampkg push` replaces it."
    elif not found.is_current:
        sentence = f"{url} has changed since the push. `crampkg push` mends it."
    if found.state.loading:
        sentence += " A push to it has not ended: push again, and it goes on."
    return sentence


def _json(found: Comparison) -> bytes:
    import json

    from crampkg.engine.transport import shown

    told = {
        "endpoint": shown(found.endpoint),
        "current": found.is_current,
        "snapshot": {"there": found.state.identifier or None, "here": found.wanted.identifier},
        "graphs": [
            {
                "name": name,
                "iri": iri,
                "there": found.state.triples[iri],
                "here": found.wanted.triples[iri],
            }
            for name, iri in GRAPHS.items()
        ],
        "loading": sum(found.state.loading.values()),
    }
    return f"{json.dumps(told, ensure_ascii=False, indent=2)}\n".encode()
