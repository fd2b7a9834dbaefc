"""Build hook: a wheel carries the snapshot, and the editor of the pages where it can be built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Callable

#: `$CRAMPKG_EDITOR`: "auto" builds the editor if its sources are newer and npm is at hand, "skip"
#: takes what was built before or nothing, "require" fails where there is none in the end.
MODES = ("auto", "skip", "require")


class CrampkgHook(BuildHookInterface[Any]):
    """Build the editor before anything is packed, and the snapshot into a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build for a standard wheel or an sdist; an editable wheel reads the tree itself."""
        if version != "standard":
            return
        root = Path(self.root)
        mode = os.environ.get("CRAMPKG_EDITOR", MODES[0])
        build_editor(root, mode, self.app.display_warning)
        if self.target_name == "wheel":
            self._build_snapshot(root, build_data)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder in which the snapshot was built."""
        del build_data, artifact_path
        if version == "standard" and self.target_name == "wheel":
            shutil.rmtree(self._folder, ignore_errors=True)

    def _build_snapshot(self, root: Path, build_data: dict[str, Any]) -> None:
        """Build the snapshot from the tree that is packed: a question pays for no reasoning."""
        sys.path.insert(0, str(root / "src"))
        try:
            from crampkg.pipeline.snapshot import build_into
            from crampkg.sources import Sources
        finally:
            sys.path.pop(0)
        self._folder = tempfile.mkdtemp(prefix="crampkg-snapshot-")
        build_into(Sources(str(root)), self._folder)
        build_data["force_include"][self._folder] = "crampkg/kg/snapshot"


def build_editor(root: Path, mode: str, say: Callable[[str], None]) -> None:
    """Build the editor of the pages as `mode` wants it, telling `say` why it was not built.

    Raises `RuntimeError` when it is required and not there, and ValueError for another mode.
    """
    if mode not in MODES:
        message = f"CRAMPKG_EDITOR is one of {', '.join(MODES)}, and not {mode!r}."
        raise ValueError(message)
    web = root / "web"
    built = _static(web) / "editor.js"
    if mode != "skip" and not _is_fresh(built, web):
        problem = _run_npm(web)
        if problem is not None:
            say(f"The editor was not built: {problem}. Its page has a plain text field instead.")
    if not built.is_file():  # licences of what is not there
        built.with_name("editor.licenses.txt").unlink(missing_ok=True)
    if mode == "require" and not _is_fresh(built, web):
        message = "The editor is required (CRAMPKG_EDITOR), and could not be built."
        raise RuntimeError(message)


def _is_fresh(built: Path, web: Path) -> bool:
    """Tell whether the editor is there, and none of its sources is newer."""
    if not built.is_file():
        return False
    sources = [
        *web.glob("src/*.js"),
        _static(web) / "picture.js",  # which they import
        *(web / name for name in ("package.json", "package-lock.json", "vite.config.js")),
    ]
    then = built.stat().st_mtime
    return all(source.stat().st_mtime <= then for source in sources if source.is_file())


def _static(web: Path) -> Path:
    return web.parent / "src" / "crampkg" / "server" / "static"


def _run_npm(web: Path) -> str | None:
    """Install what the lock file names, and build. Return why that did not go, or None."""
    npm = shutil.which("npm")
    if npm is None:
        return "there is no npm (Node.js 20 or newer)"
    lock = web / "package-lock.json"
    if not lock.is_file():
        return "its sources are not here"
    commands = [[npm, "run", "build"]]
    # What npm writes when all is installed; an install that was ended leaves none.
    installed = web / "node_modules" / ".package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        # Scripts of packages are not needed, and nobody has read them.
        commands.insert(0, [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"])
    for command in commands:
        done = subprocess.run(command, cwd=web, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines() or [str(done.returncode)]
            # npm says first what is wrong, and then all that one might do about it.
            errors = [each for each in lines if each.removeprefix("npm error").strip() != ""]
            told = [each for each in errors if each.startswith("npm error")][:3] or errors[-1:]
            return f"`npm {command[1]}` failed: {'; '.join(told)}"
    return None


if __name__ == "__main__":  # `make editor`
    build_editor(Path(__file__).parent, os.environ.get("CRAMPKG_EDITOR", "require"), print)
