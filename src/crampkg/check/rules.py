"""Rules that sources can break, each in a file of `rules/`, and the check of the truth rules."""

from __future__ import annotations

from typing import Any, NamedTuple

from pyoxigraph import NamedNode, QuerySolutions

from crampkg.check.material import text_of
from crampkg.errors import SourceError
from crampkg.library import read_header, source_yaml
from crampkg.pipeline.rules import rule_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from crampkg.check.material import Material
    from crampkg.model import Finding
    from crampkg.sources import Sources

_KEYS = ("id", "summary", "problem", "remedy")


class TruthRule(NamedTuple):
    """A rule that sources can break.

    `problem` and `remedy` are sentences with {variables}; `text` is the whole file; `settings` are
    the further keys of its header.
    """

    id: str
    summary: str
    problem: str
    remedy: str
    name: str
    text: str
    settings: dict[str, Any]


class Breach(NamedTuple):
    """A violation of a rule; `values` fill the sentences of the rule.

    `about` are further IRIs involved, which help to choose its file.
    """

    rule: str  # its id
    term: str  # an IRI
    values: Mapping[str, str | int] = {}
    about: Iterable[str] = ()


def check_rules(material: Material) -> tuple[list[Finding], int]:
    """Run the truth rules, `rules/lint/`: queries that must return nothing.

    Return the findings and the number of rules. A rule that does not parse or does not select
    ?term is itself a finding.
    """
    rules = lint_rules(material.sources)
    by_id = {rule.id: rule for rule in rules}
    findings: list[Finding] = []
    for rule in rules:
        try:
            findings += material.findings(by_id, _breaches(rule, material))
        except SourceError as error:
            findings.append(material.fault(error, rule.name))
    return findings, len(rules)


def lint_rules(sources: Sources) -> list[TruthRule]:
    """Return the rules of `rules/lint/*.rq`.

    Raises `SourceError` for an incomplete header.
    """
    return rules_of(sources, "lint")


def rules_of(sources: Sources, folder: str) -> list[TruthRule]:
    """Return the rules of a folder of `rules/` that are queries. Raises as `lint_rules`."""
    return _rules(sources, f"rules/{folder}/", ".rq")


def text_rules(sources: Sources) -> dict[str, TruthRule]:
    """Return the rules of `rules/text/*.yaml` by id.

    Raises `SourceError` for an incomplete file.
    """
    rules = {rule.id: rule for rule in _rules(sources, "rules/text/", ".yaml")}
    for rule in rules.values():
        settings = rule.settings
        for words, key in (("words", "needs"), ("words_of", "when")):
            if words in settings and not _is_condition(settings.get(key)):
                what = "Write `stance: [...]` or `circumstance: ck:...` below it."
                message = f"{rule.name}: {key} is no condition. {what}"
                raise SourceError(message, path=rule.name)
        other = rules.get(str(settings.get("words_of")))
        if "words_of" in settings and (other is None or "words" not in other.settings):
            message = f"{rule.name}: words_of is no rule with words. Name one of `rules/text/`."
            raise SourceError(message, path=rule.name)
    return rules


def _breaches(rule: TruthRule, material: Material) -> Iterator[Breach]:
    try:
        result = material.store.query(rule.text)
    except SyntaxError as error:
        message = f"{rule.name}: the rule does not parse: {error}. Mend it."
        raise SourceError(message, path=rule.name) from None
    names = (
        [variable.value for variable in result.variables]
        if isinstance(result, QuerySolutions)
        else []
    )
    if not isinstance(result, QuerySolutions) or "term" not in names:
        message = f"{rule.name}: a rule is a SELECT with a variable ?term. Mend it."
        raise SourceError(message, path=rule.name)
    for solution in result:
        term = solution["term"]
        if isinstance(term, NamedNode):
            values = {name: text_of(solution[name]) for name in names}
            about = [value.value for value in solution if isinstance(value, NamedNode)]
            yield Breach(rule.id, term.value, values, about)


def _rules(sources: Sources, folder: str, ending: str) -> list[TruthRule]:
    if ending == ".rq":
        texts = rule_texts(sources, folder.split("/")[1])
    else:
        names = [name for name in sources.files() if name.startswith(folder)]
        texts = [(name, sources.text(name)) for name in names]
    return [_rule(name, text, folder, ending) for name, text in texts if name.endswith(ending)]


def _rule(name: str, text: str, folder: str, ending: str) -> TruthRule:
    header = read_header(name, text) if ending == ".rq" else _document(name, text)
    missing = [key for key in _KEYS if not isinstance(header.get(key), str)]
    if missing:
        message = f"{name}: the header has no {' and no '.join(missing)}. Add it as text."
        raise SourceError(message, path=name)
    if name != f"{folder}{header['id']}{ending}":
        message = f"{name}: the id is {header['id']}. Name the file {header['id']}{ending}."
        raise SourceError(message, path=name)
    settings = {key: value for key, value in header.items() if key not in _KEYS}
    return TruthRule(
        header["id"],
        header["summary"],
        header["problem"],
        header["remedy"],
        name,
        text,
        settings,
    )


def _is_condition(value: object) -> bool:
    """Return whether a value describes a requirement on a claim."""
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("stance"), list) or isinstance(value.get("circumstance"), str)


def _document(name: str, text: str) -> dict[str, Any]:
    document = source_yaml(name, text, "this")
    if not isinstance(document, dict):
        message = f"{name}: there is nothing in it. Begin the file with `id: ...`."
        raise SourceError(message, path=name)
    return document
