"""The question files of the sources, read and parsed."""

from __future__ import annotations

from crampkg.engine.guard import check_source
from crampkg.errors import SourceError
from crampkg.questions.header import parse
from crampkg.questions.shared import FOLDER, join, shared_columns
from crampkg.sources import read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.records import Question
    from crampkg.sources import Sources


def read_library(sources: Sources) -> list[Question]:
    """Return the questions in `queries/*.rq`, sorted by id, with the columns that they share.

    Raises `SourceError` for a header that does not hold, an id that is not the file's name, or a
    query that may not run.
    """
    names = [
        name for name in sources.files() if name.startswith("queries/") and name.endswith(".rq")
    ]
    texts = {name: read_text(sources.path(name), name) for name in names}
    shared = shared_columns(texts)
    questions = []
    for name, text in texts.items():
        check_source(text, name)
        if name.startswith(FOLDER):
            continue
        question = parse(name, join(name, text, shared))
        if name != f"queries/{question.id}.rq":
            message = f"{name}: the id is {question.id}. Name the file {question.id}.rq."
            raise SourceError(message, path=name)
        check_source(question.text, name)
        questions.append(question)
    return sorted(questions)
