"""Opening the graph for a command, with word of what takes long or did not go as usual."""

from __future__ import annotations

import os

from crampkg.cli import output
from crampkg.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from crampkg.graph import KnowledgeGraph
    from crampkg.sources import Sources


def open_graph(arguments: argparse.Namespace) -> KnowledgeGraph:
    """Return the graph of `--endpoint`, else of `--sources`, with the article of `--article`.

    What a shell completes is found without asking an endpoint.
    """
    endpoint = getattr(arguments, "endpoint", None)
    user = getattr(arguments, "user", None)
    if endpoint is None and user is not None:
        message = "--user is for an endpoint. Name one with --endpoint, or leave --user out."
        raise UsageError(message)
    if endpoint is None or "_ARGCOMPLETE" in os.environ:
        return open_sources(arguments)
    from crampkg.graph import KnowledgeGraph

    graph = KnowledgeGraph.connect(
        endpoint,
        user=user,
        timeout=arguments.timeout,
        sources=getattr(arguments, "sources", None),
        article=getattr(arguments, "article", None),
        announce=output.say if output.is_watched() else None,
    )
    return _noticed(graph)


def open_sources(arguments: argparse.Namespace) -> KnowledgeGraph:
    """Return the graph of `--sources`, with the article of `--article` where there is one."""
    from crampkg.graph import KnowledgeGraph

    graph = KnowledgeGraph.open(
        getattr(arguments, "sources", None),
        article=getattr(arguments, "article", None),
        announce=output.say if output.is_watched() else None,
    )
    return _noticed(graph)


def _noticed(graph: KnowledgeGraph) -> KnowledgeGraph:
    for notice in graph.notices:
        output.say(notice)
    return graph


def find_sources(arguments: argparse.Namespace) -> Sources:
    """Return the sources of `--sources` without building a graph: they may be broken."""
    from crampkg.sources import Sources

    return Sources.find(getattr(arguments, "sources", None))
