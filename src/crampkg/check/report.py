"""What a check leaves: its findings, and on how much it looked."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.records import Finding


class Report(NamedTuple):
    """The outcome of `run` or `verify`.

    `findings` are sorted by file, line, term and check; `checks` is how many checks ran on
    `things` things; `summary` says it in one line; `notes` say what could not be checked.
    """

    findings: tuple[Finding, ...]
    checks: int
    things: int
    summary: str
    notes: tuple[str, ...] = ()


def of_check(findings: list[Finding], checks: int, things: int, notes: list[str]) -> Report:
    """Return the report of a check: n checks on m things, k failures."""
    found = _sorted(findings)
    summary = f"{checks} checks on {_counted(things, 'thing')}, {_counted(len(found), 'failure')}"
    return Report(found, checks, things, summary, tuple(notes))


def of_spans(findings: list[Finding], spans: int, article: str) -> Report:
    """Return the report of a comparison of `spans` spans with the text in the file `article`."""
    found = _sorted(findings)
    summary = f"{spans - len(found)} of {spans} spans fit {article}"
    return Report(found, 1, spans, summary)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    def place(finding: Finding) -> tuple[str, int, str, str, str]:
        return finding.file, finding.line or 0, finding.term, finding.check, finding.problem

    return tuple(sorted(set(findings), key=place))
