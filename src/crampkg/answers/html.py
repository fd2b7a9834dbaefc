"""An answer as a notebook shows it."""

from __future__ import annotations

from html import escape

from pyoxigraph import NamedNode

from crampkg.answers import sentences
from crampkg.answers.sentences import (
    HEADING,
    asked,
    closing_lines,
    columns,
    is_empty,
    lines_below,
    title_of,
)
from crampkg.vocabulary import readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.answers.answer import Answer
    from crampkg.rdf import RdfTerm


def page(answer: Answer) -> str:
    """Return the question, the rows with links, and the status, all of it escaped."""
    parts = []
    if answer.question is not None:
        parts.append(f"<p><strong>{escape(asked(answer))}</strong></p>")
    if is_empty(answer):
        pass
    elif answer.form == "ask":
        parts.append(f"<p>{'yes' if answer.boolean else 'no'}</p>")
    elif answer.form == "graph":
        rows = "".join(
            f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in triple)}</tr>"
            for triple in answer.triples
        )
        parts.append(_table(("subject", "predicate", "object"), rows))
    else:
        shown = columns(answer)
        titles = {} if HEADING in answer.variables else sentences.titles(answer.statuses)
        rows = "".join(
            f"<tr>{''.join(f'<td>{_cell(row[name])}</td>' for name in shown)}"
            f"{f'<td>{escape(title_of(row, titles))}</td>' if titles else ''}</tr>"
            for row in answer
        )
        names = (*shown, HEADING) if titles else shown
        parts.append(_table(names, rows))
    parts += [f"<p>{escape(line)}</p>" for line in lines_below(answer)]
    parts.append(f"<p><small>{'<br>'.join(map(escape, closing_lines(answer)))}</small></p>")
    return "".join(parts)


def _table(names: tuple[str, ...], rows: str) -> str:
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(value: RdfTerm | None) -> str:
    if value is None:
        return ""
    if isinstance(value, NamedNode):
        text = escape(readable(value.value))
        if value.value.startswith(("http://", "https://")):
            return f'<a href="{escape(value.value)}">{text}</a>'
        return text
    return escape(value.value)
