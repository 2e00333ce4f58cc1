"""The speed ratios, each by its own command; their figures stand in docs/evidence beside this tier's."""

from __future__ import annotations

import sys

from tools.deep.ledger import ROOT, Part, Progress, Result, call, tail

COMMANDS = ("push", "imports", "processes", "kernels")


def _ratios(progress: Progress) -> Result:
    for name in COMMANDS:
        if not progress.done(name):
            ran = call([sys.executable, "-m", f"benchmarks.{name}"])
            print(ran.stdout, ran.stderr, sep="", flush=True)
            progress.record(name, {"passed": ran.returncode == 0, "output": tail(ran.stdout + ran.stderr, 20)})
    items = progress.items
    return Result(all(one["passed"] for one in items.values()), items)


def _history(_progress: Progress) -> Result:
    config = ROOT / "benchmarks" / "asv.conf.json"
    ran = call(
        [sys.executable, "-m", "asv", "run", "--config", str(config), "--quick", "--show-stderr", "-E", f"existing:{sys.executable}"]
    )
    print(tail(ran.stdout + ran.stderr))
    return Result(ran.returncode == 0, {"output": tail(ran.stdout)})


PARTS = (
    Part("ratios", "kernel / C, push / bulk, import, first answer, two processes", _ratios),
    Part("asv", "the asv suites run once each", _history),
)
