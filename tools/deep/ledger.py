"""What a part is, what it leaves in docs/evidence/deep.json, and how far a broken-off part has come (.deep/)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
WORK = ROOT / ".deep"
RESULTS = ROOT / "docs" / "evidence" / "deep.json"
WATCHED = ("src", "tests", "pyproject.toml", "reference", "examples")


@dataclass(frozen=True)
class Result:
    """Whether a part passed, and its figures, ready for JSON."""

    passed: bool
    figures: dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A named part of the slow tier: one line about it, and what it does with its progress."""

    name: str
    about: str
    run: Callable[[Progress], Result]


def sources_digest(root: Path = ROOT) -> str:
    """Return a digest of every tracked file that a part depends on: progress made with other files is void."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--", *WATCHED], capture_output=True, check=True).stdout
    digest = hashlib.sha256()
    for name in sorted(filter(None, listed.split(b"\0"))):
        path = root / name.decode()
        if path.is_file():
            digest.update(name + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


class Progress:
    """Finished items of one part, kept on disk after each: what ran before a break-off is not run again."""

    def __init__(self, path: Path, digest: str) -> None:
        self.path = path
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self._kept = {"digest": digest, "items": kept["items"] if kept.get("digest") == digest else {}}

    @property
    def items(self) -> dict[str, Any]:
        """Return the finished items with what they gave."""
        return dict(self._kept["items"])

    def done(self, name: str) -> bool:
        """Return whether an item has been finished with the same sources."""
        return name in self._kept["items"]

    def record(self, name: str, value: Any) -> None:
        """Keep what an item gave."""
        self._kept["items"][name] = value
        _write(self.path, self._kept)

    def forget(self) -> None:
        """Drop all items: the part has ended."""
        self.path.unlink(missing_ok=True)


def _write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(path)


def results() -> dict[str, Any]:
    """Return the figures of all parts that have ended, by name."""
    return dict(json.loads(RESULTS.read_text(encoding="utf-8"))) if RESULTS.exists() else {}


def commit() -> str:
    """Return the commit, with `+changes` where watched files differ from it."""
    told = [
        subprocess.run(["git", "-C", str(ROOT), *asked], capture_output=True, text=True, check=True).stdout.strip()
        for asked in (["rev-parse", "HEAD"], ["status", "--porcelain", "--", *WATCHED])
    ]
    return told[0] + ("+changes" if told[1] else "")


def perform(part: Part) -> bool:
    """Run a part, or the rest of it; keep its figures with commit, day and time; return whether it passed."""
    progress = Progress(WORK / f"{part.name}.json", sources_digest())
    begun = time.monotonic()
    result = part.run(progress)
    kept = results()
    kept[part.name] = {
        "commit": commit(),
        "day": dt.datetime.now(dt.UTC).date().isoformat(),
        "python": sys.version.split()[0],
        "seconds": round(time.monotonic() - begun),
        "passed": result.passed,
        "command": f".ci/deep {part.name}",
        "figures": result.figures,
    }
    _write(RESULTS, kept)
    progress.forget()
    return result.passed


def surroundings(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of children: CI, no settings of numba or agetech from outside, then what is asked for."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "AGETECH_JIT", "PYTHONPATH"))}
    return {**kept, "CI": "true", "OMP_NUM_THREADS": "1", **(more or {})}


def call(command: list[str], more: Mapping[str, str] | None = None, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command to its end with its output kept; never raises for a failing one."""
    return subprocess.run(command, cwd=cwd, env=surroundings(more), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def tail(text: str, lines: int = 40) -> str:
    """Return the last lines of a text."""
    return "\n".join(text.splitlines()[-lines:])
