"""A question file's YAML header, in `#+` comments as grlc has it, to a `Question`."""

from __future__ import annotations

import re
from typing import Any

import yaml

from crampkg.errors import SourceError
from crampkg.records import Parameter, Question
from crampkg.vocabulary import expand

KEYS = ("id", "question", "summary", "tags", "params", "silence")
OPTIONAL_KEYS = ("note", "overview")
_PARAMETER_KEYS = ("type", "class", "default", "help")
_TYPES = ("iri", "string", "integer")
#: libyaml's, which PyYAML carries nearly everywhere, is ten times as fast as the one in Python.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: The length of a text, in characters, up to which libyaml's recursion is safe; and the deepest
#: nesting of a longer one.
_SAFE, _DEEPEST = 10_000, 100
_FORM = re.compile(r"^\s*(SELECT|CONSTRUCT)\b", re.IGNORECASE | re.MULTILINE)


def load_yaml(text: str) -> Any:
    """Return the plain values in a YAML document.

    Raises yaml.YAMLError, also for one so deeply nested that reading it would end the process.
    """
    try:
        if len(text) > _SAFE:  # no shorter text can be nested too deeply
            _measure(text)
        return yaml.load(text, _LOADER)  # noqa: S506 - it is a safe one
    except RecursionError:  # of the loader in Python
        raise yaml.YAMLError from None


def _measure(text: str) -> None:
    """Raise yaml.YAMLError when a document is nested too deeply. Its parser keeps no call stack."""
    depth = 0
    for event in yaml.parse(text, _LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise yaml.YAMLError


def parse(name: str, text: str) -> Question:
    """Return the question in the file called `name`, whose whole text is `text`.

    Raises `SourceError` that names the file, the key and what belongs there.
    """
    header = read_header(name, text)
    for key in KEYS:
        if key not in header:
            raise _fault(name, f"the header has no {key}. Add it")
    for key in header:
        if key not in (*KEYS, *OPTIONAL_KEYS):
            known = ", ".join((*KEYS, *OPTIONAL_KEYS))
            raise _fault(name, f"the header has {key}, which is none of {known}")
    for key in ("id", "question", "summary", "silence", "note"):
        if not isinstance(header.get(key, ""), str):
            raise _fault(name, f"{key} must be text; put it in quotes")
    tags = header["tags"]
    if not isinstance(tags, list) or not tags or not all(isinstance(tag, str) for tag in tags):
        raise _fault(name, "tags must be a list of at least one word")
    overview = header.get("overview", [])
    if not isinstance(overview, list) or len(overview) in (1, 2):
        what = "the column that stands down, the one across, and those in the cells"
        raise _fault(name, f"overview must be a list of {what}")
    params = header["params"] or {}
    if not isinstance(params, dict):
        raise _fault(name, "params must map each parameter to its declaration")
    form = _FORM.search(text)
    if form is None:
        raise _fault(name, "a question is a SELECT or a CONSTRUCT, and here is neither")
    return Question(
        id=header["id"],
        question=header["question"],
        summary=header["summary"],
        tags=tuple(tags),
        params=tuple(_parameter(name, key, value, text) for key, value in params.items()),
        silence=header["silence"],
        note=header.get("note", ""),
        overview=tuple(overview),
        form=form[1].lower(),
        text=text,
    )


def read_header(name: str, text: str) -> dict[str, Any]:
    """Return the mapping in the `#+` lines at the top of `text`.

    Raises `SourceError` when they are missing or not YAML.
    """
    lines = []
    for line in text.splitlines():
        if not line.startswith("#+"):
            break
        lines.append(line[2:])  # YAML does not mind the blank, nor that there is none
    try:
        header = load_yaml("\n".join(lines))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        number = mark.line + 1 if mark else None
        where = f"{name}, line {number}" if number else name
        message = f"{where}: the header is not YAML. Mind quotes, colons and indents."
        raise SourceError(message, path=name, line=number) from None
    if not isinstance(header, dict):
        raise _fault(name, "there is no header. Begin the file with `#+ id: ...` lines")
    return header


def _parameter(name: str, key: str, value: Any, text: str) -> Parameter:
    if not isinstance(value, dict) or set(value) - set(_PARAMETER_KEYS):
        raise _fault(name, f"parameter {key} takes {', '.join(_PARAMETER_KEYS)} and no more")
    kind_of_value = value.get("type")
    if kind_of_value not in _TYPES:
        raise _fault(name, f"parameter {key} has no type out of {', '.join(_TYPES)}")
    kind = None
    default = str(value.get("default", ""))
    if kind_of_value == "iri":
        kind = expand(str(value.get("class", "")))
        if kind is None:
            raise _fault(name, f"parameter {key} needs a class, as a CURIE with a known prefix")
        expanded = expand(default)
        if expanded is None:
            raise _fault(name, f"parameter {key} needs a default, as a CURIE with a known prefix")
        default = expanded
    elif "default" not in value:
        raise _fault(name, f"parameter {key} needs a default")
    if not isinstance(value.get("help"), str):
        raise _fault(name, f"parameter {key} needs a help text")
    if not re.search(rf"^.*# param: {re.escape(key)}$", text, re.MULTILINE):
        raise _fault(name, f"parameter {key} has no line `VALUES ?... {{ ... }} # param: {key}`")
    return Parameter(key, kind_of_value, kind, default, value["help"])


def _fault(name: str, what: str) -> SourceError:
    return SourceError(f"{name}: {what}.", path=name)
