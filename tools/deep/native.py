"""The C references under the address and undefined-behaviour sanitizers, fed like the kernels."""

from __future__ import annotations

import sys

from tools.deep.ledger import ROOT, Part, Progress, Result, call, tail

FLAGS = (
    "-std=c99",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-g",
    "-O1",
    "-ffp-contract=off",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
)


def _sanitized(progress: Progress) -> Result:
    sources = sorted((ROOT / "reference" / "c").glob("*.c"))
    for source in sources:
        if not progress.done(source.stem):
            preload = call(["gcc", "-print-file-name=libasan.so"]).stdout.strip()
            ran = call(
                [sys.executable, "-m", "benchmarks.kernels", "--check", source.stem, "--flags", " ".join(FLAGS)],
                {"LD_PRELOAD": preload, "ASAN_OPTIONS": "detect_leaks=0"},
            )
            print(f"{'ok    ' if ran.returncode == 0 else 'FAILED'} {source.name}", flush=True)
            progress.record(source.stem, {"passed": ran.returncode == 0, "output": tail(ran.stdout + ran.stderr)})
    items = progress.items
    return Result(bool(sources) and all(one["passed"] for one in items.values()), items)


PARTS = (Part("c-sanitizers", "the C references under address and undefined-behaviour sanitizers", _sanitized),)
