"""Rules are files: the header of a lint query, or of a rule on the text, as a record."""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml

from crampkg.errors import SourceError
from crampkg.library import load_yaml, read_header
from crampkg.pipeline.rules import rule_texts
from crampkg.sources import Sources, read_text

_KEYS = ("id", "summary", "problem", "remedy")


class Rule(NamedTuple):
    """A rule that something can break.

    `problem` is a sentence with {variables}; `text` the whole file; `settings` what else the
    header holds.
    """

    id: str
    summary: str
    problem: str
    remedy: str
    name: str
    text: str
    settings: dict[str, Any]


def lint_rules(sources: Sources) -> list[Rule]:
    """Return the rules of `rules/lint/*.rq`.

    Raises `SourceError` for a header that does not hold what a rule needs.
    """
    return rules_of(sources, "lint")


def rules_of(sources: Sources, folder: str) -> list[Rule]:
    """Return the queries of a folder of `rules/` that something can break. Raises as above."""
    return _rules(sources, f"rules/{folder}/", ".rq")


def text_rules(sources: Sources) -> dict[str, Rule]:
    """Return the rules of `rules/text/*.yaml` by id.

    Raises `SourceError` for a file that does not hold what a rule needs.
    """
    return {rule.id: rule for rule in _rules(sources, "rules/text/", ".yaml")}


def _rules(sources: Sources, folder: str, ending: str) -> list[Rule]:
    if ending == ".rq":
        texts = rule_texts(sources, folder.split("/")[1])
    else:
        names = [name for name in sources.files() if name.startswith(folder)]
        texts = [(name, read_text(sources.path(name), name)) for name in names]
    return [_rule(name, text, folder, ending) for name, text in texts if name.endswith(ending)]


def _rule(name: str, text: str, folder: str, ending: str) -> Rule:
    header = read_header(name, text) if ending == ".rq" else _document(name, text)
    missing = [key for key in _KEYS if not isinstance(header.get(key), str)]
    if missing:
        message = f"{name}: the header has no {' and no '.join(missing)}. Add it as text."
        raise SourceError(message, path=name)
    if name != f"{folder}{header['id']}{ending}":
        message = f"{name}: the id is {header['id']}. Name the file {header['id']}{ending}."
        raise SourceError(message, path=name)
    settings = {key: value for key, value in header.items() if key not in _KEYS}
    return Rule(
        header["id"],
        header["summary"],
        header["problem"],
        header["remedy"],
        name,
        text,
        settings,
    )


def _document(name: str, text: str) -> dict[str, Any]:
    try:
        document = load_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        where = f"{name}, line {line}" if line else name
        message = f"{where}: this is not YAML. Mind quotes, colons and indents."
        raise SourceError(message, path=name, line=line) from None
    if not isinstance(document, dict):
        message = f"{name}: there is nothing in it. Begin the file with `id: ...`."
        raise SourceError(message, path=name)
    return document
