"""Coverage-guided fuzzing of everything that reads foreign bytes: each target a minute, its corpus kept in .deep/."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools.deep.ledger import ROOT, WORK, Part, Progress, Result, call, tail

SECONDS = int(os.environ.get("AGETECH_FUZZ_SECONDS", "60"))
DONE = re.compile(r"Done (\d+) runs")
SLOWEST, LARGEST = 5, 1024  # s an input, MiB of the process


def targets() -> list[str]:
    """Return the names of the fuzz targets."""
    from tests.fuzz.targets import TARGETS

    return sorted(TARGETS)


def attempt(name: str, seconds: int = SECONDS) -> dict[str, Any]:
    """Return whether a target stood a time of fuzzing, the number of runs, and the input that broke it if one did."""
    corpus = WORK / "fuzz" / name
    corpus.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as crashes:
        limits = [f"-max_total_time={seconds}", f"-timeout={SLOWEST}", f"-rss_limit_mb={LARGEST}", "-max_len=65536"]
        command = [sys.executable, "-m", "tests.fuzz", name, str(corpus), *limits, f"-artifact_prefix={crashes}/", "-print_final_stats=1"]
        ran = call(command, cwd=ROOT)
        kept = sorted(Path(crashes).iterdir())
        done = DONE.search(ran.stdout + ran.stderr)
        found: dict[str, Any] = {
            "passed": ran.returncode == 0 and done is not None,
            "runs": int(done[1]) if done else 0,
            "seconds": seconds,
        }
        if not found["passed"]:
            found["input"] = kept[0].read_bytes()[:4096].hex() if kept else ""
            found["output"] = tail(ran.stdout + ran.stderr)
    return found


def _fuzz(progress: Progress) -> Result:
    for name in targets():
        if not progress.done(name):
            found = attempt(name)
            print(f"{'ok    ' if found['passed'] else 'FAILED'} {found['runs']:9d} runs {name}", flush=True)
            if not found["passed"]:
                print(found["output"])
            progress.record(name, found)
    items = progress.items
    return Result(bool(items) and all(one["passed"] for one in items.values()), items)


PARTS = (Part("fuzz", f"every reader of foreign bytes, {SECONDS} s each (AGETECH_FUZZ_SECONDS)", _fuzz),)
