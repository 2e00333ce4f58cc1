"""Result files: docs/evidence/NAME.json holds what was measured, where, with which versions and by which command.

A file is written whole or not at all. The documentation takes its numbers from these files.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "evidence"
PACKAGES = ("agetech", "numpy", "scipy", "numba", "pydantic")


def commit() -> str:
    """Return the commit of the tree, with `+changes` where files differ from it; `unknown` outside a repository."""
    asked = [["git", "-C", str(ROOT), "rev-parse", "HEAD"], ["git", "-C", str(ROOT), "status", "--porcelain", "--", "src", "benchmarks"]]
    told = [subprocess.run(command, capture_output=True, text=True, check=False) for command in asked]
    if any(run.returncode for run in told):
        return "unknown"
    return told[0].stdout.strip() + ("+changes" if told[1].stdout.strip() else "")


def processor() -> str:
    """Return the model name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def surroundings() -> dict[str, Any]:
    """Return commit, machine and versions: what a figure was measured on."""
    return {
        "commit": commit(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: _installed(name) for name in PACKAGES},
    }


def write(name: str, command: str, figures: Any, folder: Path = FOLDER) -> Path:
    """Write figures with their command and surroundings to NAME.json; return its path."""
    kept = read(name, folder).get("figures", {})
    parts = kept.items() if isinstance(kept, dict) else ()
    added = {part: one for part, one in parts if isinstance(one, dict) and "command" in one}
    return _write(folder / f"{name}.json", {"command": command, **surroundings(), "figures": {**figures, **added} if added else figures})


def add(name: str, part: str, command: str, figures: Any, folder: Path = FOLDER) -> Path:
    """Write one part's figures, with a command and surroundings of its own, into NAME.json; `write` keeps such parts."""
    document = read(name, folder) or {"command": command, **surroundings(), "figures": {}}
    document["figures"][part] = {"command": command, **surroundings(), "figures": figures}
    return _write(folder / f"{name}.json", document)


def _write(path: Path, document: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, ensure_ascii=False, indent=2)
    draft = path.with_suffix(".part")
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def read(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Return a result file; an empty mapping where there is none."""
    path = folder / f"{name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
