"""The package's queries: the question files of the sources, and its own `.rq` files.

A question is a SPARQL file with a YAML header in `#+` comments, as in grlc. Each parameter is bound
at the VALUES line marked for it, by whole RDF terms and never by text. A line `# shared: claim`
stands for the pattern of `queries/shared/claim.rq`: the columns of that file go before `?claim`
after SELECT, and its sort keys after the question's own. Either file is a complete query that any
engine runs unchanged.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Mapping

from crampkg.errors import (
    SourceError,
    UnknownParameterError,
    UnknownQuestionError,
    UsageError,
    suggest,
)
from crampkg.model import Parameter, Question, Term
from crampkg.text import natural, similar, whole_number
from crampkg.vocabulary import CK, expand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, NamedTuple

    from crampkg.engine.base import Engine
    from crampkg.names import Terms
    from crampkg.sources import Sources

    #: Values for a parameter.
    Given = str | int | Sequence[str | int]
else:
    from crampkg.model import NamedTuple

# The command answers in a tenth of a second: YAML and the patterns of headers are imported and
# compiled only for a build or a check.

#: The keys of a question's header.
KEYS = ("id", "question", "summary", "tags", "params", "silence")
OPTIONAL_KEYS = ("note", "overview")
_PARAMETER_KEYS = ("type", "class", "default", "help")
_TYPES = ("iri", "string", "integer")
#: The length of a text, in characters, up to which libyaml's recursion is safe; and the deepest
#: nesting of a longer one.
_SAFE, _DEEPEST = 10_000, 100
_FORM = r"(?im)^\s*(SELECT|CONSTRUCT)\b"

#: The folder of the files with shared columns, below the root of the sources.
FOLDER = "queries/shared/"
_MARK = r"(?m)^( *)# shared: (\S+)$"
_PREFIX = r"(?m)^PREFIX .*\n"
_SHARED = (
    r"(?m)^SELECT\n(?P<columns>(?:  .*\n)+)WHERE \{\n(?P<pattern>(?:  .*\n)+)\}\n"
    r"ORDER BY (?P<order>.+)\n\Z"
)

_ARTICLE = f"{CK}Article"
#: The number of things tried as a default: a question may have no answer at all.
_TRIED = 20

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


class Library(Mapping[str, Question]):
    """The questions of some sources by id, sorted."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self._questions = {question.id: question for question in questions}

    @classmethod
    def read(cls, sources: Sources) -> Library:
        """Return the questions in `queries/*.rq`, with the columns that they share.

        Raises `SourceError` for an invalid header, an id other than the name of its file, or a
        refused query.
        """
        from crampkg.engine.guard import check_source

        names = [
            name for name in sources.files() if name.startswith("queries/") and name.endswith(".rq")
        ]
        texts = {name: sources.text(name) for name in names}
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
        return cls(sorted(questions))

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Library:
        """Return the library with the questions in `rows`, as read from JSON."""
        return cls(
            Question(
                **{
                    **fields,
                    "tags": tuple(fields["tags"]),
                    "overview": tuple(fields["overview"]),
                    "params": tuple(Parameter(*values) for values in fields["params"]),
                }
            )
            for fields in rows
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the fields of each question, for JSON."""
        return [question._asdict() for question in self._questions.values()]

    def fitted(self, engine: Engine, kinds: Mapping[str, Sequence[str]]) -> Library:
        """Return the questions that can be asked of a graph, with defaults that are in it.

        `kinds` has the IRIs of the members of each class. A default that is not among them is
        replaced by the first, by IRI, that has an answer, else by the first. A question on a class
        without members is left out. With several articles, the texts of a question say "an article"
        for "the article".
        """
        fitted = (
            _fitted(question, engine, kinds)
            for question in self.values()
            if all(kinds.get(param.kind) for param in question.params if param.kind)
        )
        return Library(map(_of_any_article, fitted) if len(kinds.get(_ARTICLE, ())) > 1 else fitted)

    def __getitem__(self, id: str) -> Question:
        """Return one question. Raises `UnknownQuestionError` with near ids."""
        question = self._questions.get(id)
        if question is None:
            raise UnknownQuestionError(
                f"There is no question {id!r}.{suggest(similar(id, self._questions, cutoff=0.5))}",
                "`crampkg ask` lists them all.",
            )
        return question

    def __contains__(self, id: object) -> bool:
        return id in self._questions

    def __iter__(self) -> Iterator[str]:
        return iter(self._questions)

    def __len__(self) -> int:
        return len(self._questions)


def _fitted(question: Question, engine: Engine, kinds: Mapping[str, Sequence[str]]) -> Question:
    unknown = {
        param.name: sorted(kinds[param.kind], key=natural)[:_TRIED]
        for param in question.params
        if param.kind and param.default not in kinds[param.kind]
    }
    text = bind(question.text, {name: ["UNDEF"] for name in unknown})
    chosen: dict[str, str] = {}
    for name, things in unknown.items():
        texts = {thing: bind(text, {name: [serialize(thing, "iri")]}) for thing in things}
        answering = (thing for thing in things if _has_answer(engine, texts[thing]))
        chosen[name] = next(answering, things[0])
        text = texts[chosen[name]]
    for name, thing in chosen.items():
        text = _with_default(text, name, f"<{thing}>")
    params = [
        param._replace(default=chosen.get(param.name, param.default)) for param in question.params
    ]
    return question._replace(params=tuple(params), text=text)


def _with_default(text: str, name: str, default: str) -> str:
    """Return a question's text with another default in the declaration of a parameter."""
    declared = rf"(?m)^(#\+ +{re.escape(name)}: \{{.*?\bdefault: )[^,}}]+"
    return re.sub(declared, lambda match: match[1] + default, text)


def _of_any_article(question: Question) -> Question:
    texts = {key: getattr(question, key) for key in ("question", "summary", "silence", "note")}
    reworded = {
        key: text.replace("the article", "an article").replace("The article", "An article")
        for key, text in texts.items()
    }
    return question._replace(**reworded)


def _has_answer(engine: Engine, text: str) -> bool:
    result = engine.query(text)
    rows = result.bindings() if result.form == "select" else result.triples()
    return any(True for _ in rows)


class Parameters(Mapping[str, "tuple[Term | str, ...]"]):
    """The values of a question's parameters, resolved on first use.

    CSV output needs no labels, and loading them would take milliseconds: `terms` is called only
    where they are needed. Raises `UnknownParameterError`, or `UsageError` for a parameter without a
    value.
    """

    def __init__(
        self, question: Question, given: Mapping[str, Given], terms: Callable[[], Terms]
    ) -> None:
        self._question = question
        self._declared = {parameter.name: parameter for parameter in question.params}
        self._given: dict[str, list[str | int]] = {}
        self._terms = terms
        for name, values in given.items():
            if name not in self._declared:
                raise UnknownParameterError(_no_parameter(question, name))
            self._given[name] = _several(values)

    def bound(self) -> str:
        """Return the text of the question with the values in its VALUES lines.

        Raises as `Terms.find` does, and `UsageError` for a value that is not the required integer.
        """
        values = {}
        for name, given in self._given.items():
            parameter = self._declared[name]
            values[name] = [
                serialize(self._resolved(parameter, value), parameter.type) for value in given
            ]
        return bind(self._question.text, values)

    def several(self) -> tuple[str, ...]:
        """Return the names of the parameters with more than one value."""
        return tuple(name for name, given in self._given.items() if len(given) > 1)

    def things(self) -> Iterator[str]:
        """Yield the IRIs of the things asked about; defaults are read without labels."""
        for name, parameter in self._declared.items():
            if parameter.type == "iri" and name not in self._given:
                yield expand(parameter.default) or parameter.default
            elif parameter.type == "iri":
                yield from (term.iri for term in self[name] if not isinstance(term, str))

    def lent(self) -> tuple[str, ...]:
        """Return a sentence on each given name that comes from another vocabulary alone."""
        sentences = (
            self._terms().lent(str(value), self._declared[name].kind)
            for name, given in self._given.items()
            if self._declared[name].type == "iri"
            for value in given
        )
        return tuple(filter(None, sentences))

    def _resolved(self, parameter: Parameter, value: str | int) -> str:
        if parameter.type == "iri":
            return self._terms().find(value, parameter.kind).iri
        if parameter.type == "integer":
            number = whole_number(str(value))
            if number is None:
                message = f"{parameter.name} takes a whole number, and {value!r} is none."
                raise UsageError(message)
            return str(number)
        return str(value)

    def __getitem__(self, name: str) -> tuple[Term | str, ...]:
        parameter = self._declared[name]
        values = [str(value) for value in self._given.get(name, [parameter.default])]
        if parameter.type != "iri":
            return tuple(values)
        return tuple(self._terms().find(value, parameter.kind) for value in values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)


def _several(given: Given) -> list[str | int]:
    if not isinstance(given, (str, int, Iterable)):
        message = f"A parameter takes a name or a number, or several, and not {given!r}."
        raise UsageError(message)
    values = [given] if isinstance(given, (str, int)) else list(given)
    if not values:
        message = "A parameter was given no value. Give it at least one, or leave it out."
        raise UsageError(message)
    return values


def _no_parameter(question: Question, name: str) -> str:
    names = [parameter.name for parameter in question.params]
    if not names:
        return f"The question {question.id} takes no parameters, so not {name!r} either."
    near = suggest(similar(name, names, 2, 0.5))
    return (
        f"The question {question.id} has no parameter {name!r}; it takes {', '.join(names)}.{near}"
    )


def bind(text: str, values: Mapping[str, Sequence[str]]) -> str:
    """Return `text` with the terms in `values` on the marked line of each parameter.

    The terms are in SPARQL's syntax already, as `serialize` returns them.

    >>> print(bind("VALUES ?site { kg:none } # param: site", {"site": ["kg:arm", "kg:hand"]}))
    VALUES ?site { kg:arm kg:hand } # param: site
    """
    if not values:
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines):
        body, mark, name = line.partition(" # param: ")
        if mark and name in values:
            # The variable may be called otherwise where an answer has a column of that name.
            opening = body.partition("{")[0]
            lines[number] = f"{opening}{{ {' '.join(values[name])} }} # param: {name}"
    return "\n".join(lines)


def serialize(text: str, type: str) -> str:
    r"""Return a value as a SPARQL term, escaped by pyoxigraph; `type` is iri, string or integer.

    Raises ValueError when `text` is no absolute IRI, or no integer, where one is wanted.

    >>> serialize("https://w3id.org/crampkg/id/arm", "iri")
    '<https://w3id.org/crampkg/id/arm>'
    >>> serialize('"} #', "string")
    '"\\"} #"'
    """
    from pyoxigraph import Literal, NamedNode

    if type == "iri":
        return str(NamedNode(text))
    return str(Literal(int(text)) if type == "integer" else Literal(text))


def own_query(name: str, **iris: Iterable[str]) -> str:
    """Return a query by its path in the package, such as "explain/evidence", with parameters bound.

    Parameters take IRIs. Raises ValueError for a value that is no absolute IRI.
    """
    terms = {key: [serialize(iri, "iri") for iri in values] for key, values in iris.items()}
    return bind(_own_text(name), terms)


def own_rows(name: str, engine: Engine, **iris: Iterable[str]) -> Iterator[list[str]]:
    """Yield the rows of a query of the package as texts, "" for an unbound variable."""
    for row in engine.query(own_query(name, **iris)).bindings():
        yield ["" if value is None else value.value for value in row]


@functools.cache
def _own_text(name: str) -> str:
    with open(os.path.join(_PACKAGE, *f"{name}.rq".split("/")), encoding="utf-8") as file:
        return file.read()


def source_yaml(name: str, text: str, what: str) -> Any:
    """Return the plain values in YAML of the source file `name`; `what` it is, for messages.

    Raises `SourceError` with the line, counted in `text`, when it is not YAML.
    """
    import yaml

    try:
        return load_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        where = f"{name}, line {line}" if line else name
        message = f"{where}: {what} is not YAML. Mind quotes, colons and indents."
        raise SourceError(message, path=name, line=line) from None


def load_yaml(text: str) -> Any:
    """Return the plain values in a YAML document.

    Raises yaml.YAMLError for invalid YAML, and for nesting so deep that reading it would crash the
    process.
    """
    import yaml

    # libyaml's loader, present in nearly every PyYAML, is ten times as fast as the Python one.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if len(text) > _SAFE:  # a shorter text cannot be nested too deeply
            _measure(yaml.parse(text, loader))
        return yaml.load(text, loader)  # noqa: S506 - it is a safe one
    except RecursionError:  # from the loader in Python
        raise yaml.YAMLError from None


def _measure(events: Iterable[Any]) -> None:
    """Raise yaml.YAMLError for a document nested too deeply. The parser keeps no call stack."""
    import yaml

    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise yaml.YAMLError


def parse(name: str, text: str) -> Question:
    """Return the question in the file `name`, whose text is `text`.

    Raises `SourceError` with the file, the key and the required value.
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
    form = re.search(_FORM, text)
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
        lines.append(line[2:])  # with or without a blank: YAML accepts both
    header = source_yaml(name, "\n".join(lines), "the header")
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
        if default:
            expanded = expand(default)
            if expanded is None:
                what = f"the default of parameter {key} is no CURIE with a known prefix"
                raise _fault(name, f"{what}; without one the graph chooses it")
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


class Shared(NamedTuple):
    """The parts of a file of shared columns, to be joined to a question."""

    prefixes: tuple[str, ...]
    columns: str
    pattern: str
    order: str


def shared_columns(texts: Mapping[str, str]) -> dict[str, Shared]:
    """Return the shared columns by name, from source files given by name and text."""
    return {
        name.removeprefix(FOLDER).removesuffix(".rq"): read_shared(name, text)
        for name, text in texts.items()
        if name.startswith(FOLDER) and name.endswith(".rq")
    }


def read_shared(name: str, text: str) -> Shared:
    """Return the parts of the file `name` with shared columns.

    Raises `SourceError` for another layout.
    """
    query = re.search(_SHARED, text)
    if query is None:
        message = (
            f"{name}: this is no file of shared columns. Write SELECT, the columns, WHERE {{, the "
            "pattern, }} and ORDER BY, each on lines of its own, indented by two blanks."
        )
        raise SourceError(message, path=name)
    return Shared(tuple(re.findall(_PREFIX, text)), **query.groupdict())


def join(name: str, text: str, shared: Mapping[str, Shared]) -> str:
    """Return the question in the file `name` joined with its shared columns; `shared` is by name.

    Raises `SourceError` for an unknown name, or for a question without a place for the columns.
    """
    original = text
    for mark in re.finditer(_MARK, original):
        indent, key = mark.groups()
        line = original.count("\n", 0, mark.start()) + 1
        if key not in shared:
            known = ", ".join(sorted(shared)) or "none"
            message = f"{name}: there is no {FOLDER}{key}.rq. Share one of these: {known}."
            raise SourceError(message, path=name, line=line)
        part = shared[key]
        head, where, rest = text.partition("\nWHERE {\n")
        start = head.rfind("\nSELECT")
        columns, claim, after = head[start:].partition(f"?{key}")
        if start < 0 or not where or not claim:
            message = f"{name}: what is shared has no place. Select ?{key}, and write WHERE {{."
            raise SourceError(message, path=name, line=line)
        head = f"{head[:start]}{columns.rstrip()}\n{part.columns}  ?{key}{after}"
        pattern = "".join(f"{indent[2:]}{added}\n" for added in part.pattern.splitlines())
        rest = rest.replace(f"{mark[0]}\n", pattern, 1)
        body, order, keys = rest.rpartition("\nORDER BY ")
        if not order:
            message = f"{name}: what is shared has no place. Write an ORDER BY at the end."
            raise SourceError(message, path=name, line=line)
        text = f"{head}{where}{body}{order}{keys.rstrip()} {part.order}\n"
        text = _with_prefixes(text, part.prefixes)
    return text


def _with_prefixes(text: str, prefixes: tuple[str, ...]) -> str:
    """Return a query with `prefixes` declared too, sorted."""
    own = list(re.finditer(_PREFIX, text))
    declared = "".join(sorted({*(match[0] for match in own), *prefixes}))
    if not own:
        return text.replace("\nSELECT", f"\n{declared}\nSELECT", 1)
    return text[: own[0].start()] + declared + text[own[-1].end() :]
