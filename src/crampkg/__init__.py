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
    from crampkg.check import Report
    from crampkg.engine.embedded import EmbeddedEngine
    from crampkg.engine.remote import RemoteEngine
    from crampkg.explain.describe import Card, CardLink, CardMapping, CardProperty, NarrowerClaim
    from crampkg.explain.nearest import Near, Nearest
    from crampkg.explain.why import Explanation, Reason
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import (
        Circumstance,
        Citation,
        Claim,
        Finding,
        Hedge,
        Mapped,
        NearTerm,
        Parameter,
        Question,
        Rule,
        Status,
        Subject,
        Term,
    )
    from crampkg.names import Terms
    from crampkg.push import Comparison, Pushed, State, Summary
    from crampkg.rdf import Triple

__all__ = [
    "AmbiguousTermError",
    "Answer",
    "Card",
    "CardLink",
    "CardMapping",
    "CardProperty",
    "Circumstance",
    "Citation",
    "Claim",
    "Comparison",
    "CrampkgError",
    "EmbeddedEngine",
    "EndpointError",
    "Explanation",
    "Finding",
    "Hedge",
    "KnowledgeGraph",
    "Mapped",
    "NarrowerClaim",
    "Near",
    "NearTerm",
    "Nearest",
    "Parameter",
    "Pushed",
    "QueryError",
    "Question",
    "Reason",
    "RefusedQueryError",
    "RemoteEngine",
    "Report",
    "Row",
    "Rule",
    "SourceError",
    "State",
    "Status",
    "Subject",
    "Summary",
    "Term",
    "Terms",
    "Triple",
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
    "CardLink": "explain.describe",
    "CardMapping": "explain.describe",
    "CardProperty": "explain.describe",
    "Circumstance": "model",
    "Citation": "model",
    "Claim": "model",
    "Comparison": "push",
    "EmbeddedEngine": "engine.embedded",
    "Explanation": "explain.why",
    "Finding": "model",
    "Hedge": "model",
    "KnowledgeGraph": "graph",
    "Mapped": "model",
    "NarrowerClaim": "explain.describe",
    "Near": "explain.nearest",
    "NearTerm": "model",
    "Nearest": "explain.nearest",
    "Parameter": "model",
    "Pushed": "push",
    "Question": "model",
    "Reason": "explain.why",
    "RemoteEngine": "engine.remote",
    "Report": "check",
    "Row": "answers.answer",
    "Rule": "model",
    "State": "push",
    "Status": "model",
    "Subject": "model",
    "Summary": "push",
    "Term": "model",
    "Terms": "names",
    "Triple": "rdf",
}


def __getattr__(name: str) -> object:
    """Import a name of `_LATER`."""
    if name in _LATER:
        import importlib

        return getattr(importlib.import_module(f"crampkg.{_LATER[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
