"""Build hook: a wheel carries the snapshot, so that a question pays for no parsing or reasoning."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SnapshotHook(BuildHookInterface[Any]):
    """Build the snapshot from the tree that is being packed, and put it into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the snapshot for a standard wheel; an editable one reads the tree itself."""
        if version != "standard":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        try:
            from crampkg.pipeline.snapshot import build_into
            from crampkg.sources import Sources
        finally:
            sys.path.pop(0)
        self._folder = tempfile.mkdtemp(prefix="crampkg-snapshot-")
        build_into(Sources(str(root)), self._folder)
        build_data["force_include"][self._folder] = "crampkg/kg/snapshot"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder in which the snapshot was built."""
        del build_data, artifact_path
        if version == "standard":
            shutil.rmtree(self._folder, ignore_errors=True)
