"""The truth rules: queries over the whole graph that must return nothing."""

from __future__ import annotations

from pyoxigraph import NamedNode, QuerySolutions

from crampkg.check.material import text_of
from crampkg.check.rules import lint_rules
from crampkg.errors import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.check.material import Material
    from crampkg.check.rules import Rule
    from crampkg.records import Finding


def lint(material: Material) -> tuple[list[Finding], int]:
    """Run the rules of `rules/lint/`; return what they find and how many they are.

    A rule that does not parse or does not select ?term is itself a finding.
    """
    rules = lint_rules(material.sources)
    findings: list[Finding] = []
    for rule in rules:
        try:
            findings += _break(rule, material)
        except SourceError as error:
            findings.append(material.fault(error, rule.name))
    return findings, len(rules)


def _break(rule: Rule, material: Material) -> list[Finding]:
    try:
        result = material.store.query(rule.text)
    except SyntaxError as error:
        message = f"{rule.name}: the rule does not parse: {error}. Mend it."
        raise SourceError(message, path=rule.name) from None
    if not isinstance(result, QuerySolutions) or "term" not in _names(result):
        message = f"{rule.name}: a rule is a SELECT with a variable ?term. Mend it."
        raise SourceError(message, path=rule.name)
    names = _names(result)
    findings = []
    for solution in result:
        term = solution["term"]
        if not isinstance(term, NamedNode):
            continue
        values = {name: text_of(solution[name]) for name in names}
        about = [solution[name].value for name in names if isinstance(solution[name], NamedNode)]
        problem, remedy = rule.problem.format(**values), rule.remedy.format(**values)
        finding = material.finding(rule.id, term.value, problem, remedy, about)
        if finding is not None:
            findings.append(finding)
    return findings


def _names(result: QuerySolutions) -> list[str]:
    return [variable.value for variable in result.variables]
