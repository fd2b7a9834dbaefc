"""docs/dependencies.md lists each package that is installed for us, with its licence."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: What packages say that do not say it as SPDX has it.
SPDX = {
    "Apache 2.0": "Apache-2.0",
    "Apache License": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 3-Clause license": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "W3C SOFTWARE NOTICE AND LICENSE": "W3C",
}

#: Not to be had in what users install: whoever passes it on would have to license all alike.
STRONG = re.compile(r"\bA?GPL-")


def normal(name: str) -> str:
    """Return the name of a package as PEP 503 has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(name: str) -> str:
    """Return the licence of an installed package by its metadata, as an SPDX expression."""
    distribution = importlib.metadata.distribution(name)
    about = distribution.metadata.json
    said = str(about.get("license_expression") or about.get("license") or "")
    if not said or "\n" in said:
        known = [each for each in about.get("classifier") or [] if each.startswith("License")]
        said = " OR ".join(each.rpartition(" :: ")[2] for each in known)
    if not said:
        files = distribution.files or []
        (file,) = [each for each in files if re.fullmatch("LICEN[CS]E.*", each.name)]
        said = file.read_text().strip().partition("\n")[0]
    return SPDX.get(said, said)


def locked() -> list[str]:
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return re.findall(r"^([a-z0-9-]+)(?:\[.+\])?==", lock, re.MULTILINE)


def documented() -> dict[str, str]:
    """Return the licence of each package by the tables: the second column of those that have it."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for table in re.findall(
        r"^\| dependency \| licence .*\n\|[-| ]+\n((?:\|.*\n)+)", text, re.MULTILINE
    ):
        for line in table.splitlines():
            names, said = (cell.strip() for cell in line.strip("|").split("|")[:2])
            found |= {normal(name): said for name in names.split(", ")}
    return found


def installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def test_each_licence_is_listed_as_the_package_states_it() -> None:
    names = [name for name in locked() if installed(name)]
    assert len(names) > 50
    missing = {name: licence(name) for name in names}.items() - documented().items()
    lines = [f"| {name} | {said} |" for name, said in sorted(missing)]
    assert lines == [], "these lines are to stand in docs/dependencies.md"


def test_no_package_is_listed_that_is_not_installed_for_us() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    npm = text.partition("built with npm")[2].partition("\n\n")[2].partition("\n\n")[0]
    odd = {name for name in documented() if name not in locked()}
    assert {name for name in odd if name not in normal(npm)} == set()


@pytest.mark.parametrize("extra", ["", "server", "pandas", "owl"])
def test_what_users_install_has_no_licence_that_extends_to_them(extra: str) -> None:
    """Those that are needed for crampkg, and all that they need in their turn."""
    names, left = set(), [("crampkg", extra)]
    while left:
        name, wanted = left.pop()
        for line in importlib.metadata.requires(name) or []:
            needed, _, marker = line.partition(";")
            chosen = re.search(r"extra == [\"']([^\"']+)", marker)
            if chosen is not None and chosen[1] != wanted:
                continue
            needed = normal(re.split(r"[^\w.-]", needed.strip())[0])
            if needed not in names and installed(needed):
                names.add(needed)
                left.append((needed, ""))
    assert {"pyoxigraph", "rdflib"} <= names
    assert {name for name in names if STRONG.search(licence(name))} == set()
