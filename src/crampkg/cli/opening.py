"""Opening the graph for a command, with word of what takes long or did not go as usual."""

from __future__ import annotations

from crampkg.cli import output

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from crampkg.graph import KnowledgeGraph
    from crampkg.sources import Sources


def open_graph(arguments: argparse.Namespace) -> KnowledgeGraph:
    """Return the graph of `--sources`, with the article of `--article` where there is one."""
    from crampkg.graph import KnowledgeGraph

    graph = KnowledgeGraph.open(
        getattr(arguments, "sources", None),
        article=getattr(arguments, "article", None),
        announce=output.say if output.is_watched() else None,
    )
    for notice in graph.notices:
        output.say(notice)
    return graph


def find_sources(arguments: argparse.Namespace) -> Sources:
    """Return the sources of `--sources` without building a graph: they may be broken."""
    from crampkg.sources import Sources

    return Sources.find(getattr(arguments, "sources", None))
