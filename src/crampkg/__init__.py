"""A knowledge graph of what articles claim, which answers questions with its evidence.

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
    from crampkg.answers.answer import Answer, Row
    from crampkg.explain.describe import Card
    from crampkg.explain.why import Explanation
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Claim

__all__ = [
    "AmbiguousTermError",
    "Answer",
    "Card",
    "Claim",
    "CrampkgError",
    "EndpointError",
    "Explanation",
    "KnowledgeGraph",
    "QueryError",
    "RefusedQueryError",
    "Row",
    "SourceError",
    "UnknownParameterError",
    "UnknownQuestionError",
    "UnknownTermError",
    "UsageError",
    "WrongKindError",
    "__version__",
]

__version__ = "0.1.0"


#: Imported on first use (PEP 562), so that the command starts faster.
_LATER = {
    "Answer": "answers.answer",
    "Card": "explain.describe",
    "Claim": "model",
    "Explanation": "explain.why",
    "KnowledgeGraph": "graph",
    "Row": "answers.answer",
}


def __getattr__(name: str) -> object:
    """Import a name of `_LATER`."""
    if name in _LATER:
        import importlib

        return getattr(importlib.import_module(f"crampkg.{_LATER[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
