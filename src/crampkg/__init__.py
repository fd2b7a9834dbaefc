"""A knowledge graph of leg cramps and leg pain that answers questions with its evidence.

Not medical advice: an answer says what a source says, with its hedges and its citation markers.
"""

from __future__ import annotations

from crampkg.errors import (
    AmbiguousTermError,
    CrampkgError,
    EndpointError,
    QueryError,
    RefusedQueryError,
    SourceError,
    UnknownParameterError,
    UnknownQuestionError,
    UnknownTermError,
    UsageError,
    WrongKindError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.graph import KnowledgeGraph

__all__ = [
    "AmbiguousTermError",
    "CrampkgError",
    "EndpointError",
    "KnowledgeGraph",
    "QueryError",
    "RefusedQueryError",
    "SourceError",
    "UnknownParameterError",
    "UnknownQuestionError",
    "UnknownTermError",
    "UsageError",
    "WrongKindError",
    "__version__",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import `KnowledgeGraph` when it is first asked for (PEP 562): the command starts faster."""
    if name == "KnowledgeGraph":
        from crampkg.graph import KnowledgeGraph

        return KnowledgeGraph
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
