"""How the findings of a check are told."""

from __future__ import annotations

from crampkg.cli import output
from crampkg.cli.show import on_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.console import Console

    from crampkg.check import Report
    from crampkg.cli.parser import Arguments
    from crampkg.model import Finding

FORMATS = ("table", "json")


def show_report(report: Report, arguments: Arguments) -> int:
    """Write `report` as `arguments` want it, and return 1 when it has findings, else 0."""
    if arguments.format == "json":
        output.write(_json(report), arguments.output)
    elif arguments.output is None and output.is_terminal():
        on_terminal(arguments, lambda console: _print(console, report))
    else:
        lines = [*map(_line, report.findings), *report.notes, f"{report.summary}."]
        output.write_text("".join(f"{line}\n" for line in lines), arguments.output)
    return 1 if report.findings else 0


def _json(report: Report) -> bytes:
    import json

    told = {
        "summary": report.summary,
        "checks": report.checks,
        "things": report.things,
        "notes": report.notes,
        "findings": [finding._asdict() for finding in report.findings],
    }
    return f"{json.dumps(told, ensure_ascii=False, indent=2)}\n".encode()


def _line(finding: Finding) -> str:
    """Return a finding in one line, in the form that editors jump to: `file:line: ...`."""
    words = (_place(finding), finding.term, f"{finding.problem} {finding.remedy} [{finding.check}]")
    return ": ".join(" ".join(word.split()) for word in words if word)


def _place(finding: Finding) -> str:
    return f"{finding.file}:{finding.line}" if finding.line else finding.file


def _print(console: Console, report: Report) -> None:
    from rich.padding import Padding
    from rich.text import Text

    for finding in report.findings:
        head = Text(_place(finding) or "everywhere", "bold")
        if finding.term:
            head.append(f"  {finding.term}", "cyan")
        head.append(f"  {finding.check}", "dim")
        console.print(head)
        console.print(Padding(Text(finding.problem), (0, 0, 0, 2)))
        console.print(Padding(Text(finding.remedy, "green"), (0, 0, 1, 2)))
    for note in report.notes:
        console.print(Text(note, "dim"))
    console.print(Text(f"{report.summary}.", "bold red" if report.findings else "bold green"))
