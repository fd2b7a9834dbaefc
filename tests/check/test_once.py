"""A check opens each file once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tiny import ARTICLE, written

#: An audit hook sees each file that a process opens (PEP 578), and cannot be taken off again.
PROGRAM = """\
import sys
from crampkg.check import run
from crampkg.sources import Sources
sys.addaudithook(lambda event, args: print(args[0]) if event == "open" else None)
report = run(Sources.find(sys.argv[1]), (), sys.argv[2])
assert not report.findings, report.findings
"""


def test_each_file_is_opened_once(tmp_path: Path) -> None:
    folder = written(tmp_path / "tiny")
    words = [sys.executable, "-c", PROGRAM, str(folder), str(ARTICLE)]
    done = subprocess.run(words, check=True, capture_output=True, encoding="utf-8")
    opened = Counter(done.stdout.splitlines())
    files = [str(path) for path in folder.rglob("*") if path.is_file()]
    assert {path: opened[path] for path in [*files, str(ARTICLE)]} == dict.fromkeys(
        [*files, str(ARTICLE)], 1
    )
    ours = [path for path in opened if path.endswith(".rq") and os.sep + "src" + os.sep in path]
    assert {path: opened[path] for path in ours} == dict.fromkeys(ours, 1)
