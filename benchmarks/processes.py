"""What two processes cost against one: CPU time of all processes together for the same work, order A B B A.

    python -m benchmarks.processes       writes docs/evidence/processes.json, returns 1 where the bar is missed

Efficiency = CPU time of the serial run through CPU time of parent and two workers; the workers are warm. Wall time is not
judged: it says more about what else the machine does.
"""

from __future__ import annotations

import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from agetech import run, run_many
from benchmarks import evidence, inputs

ROUNDS = 5
JOBS = 8
ROWS = 1_500_000  # eight hours at 50 Hz
BAR = 0.95
ALGORITHM = "falls.impact"
VALUES: dict[str, Any] = {"placement": "waist"}


def from_file(path: str) -> int:
    """Return how many rows the algorithm gives for a recording that the worker reads itself."""
    return len(run(ALGORITHM, np.load(path), 50.0, **VALUES))


def cpu_of(pid: int) -> int:
    """Return the CPU time of a process so far, ns (the kernel's clock of that process)."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def spent(work: Callable[[], object], pids: list[int]) -> int:
    """Return the CPU time that this process and the given ones use while `work` runs, ns."""
    before = time.process_time_ns() + sum(map(cpu_of, pids))
    work()
    return time.process_time_ns() + sum(map(cpu_of, pids)) - before


def efficiency(name: str, serial: Callable[[], object], pooled: Callable[[], object], pids: list[int]) -> dict[str, Any]:
    """Return the efficiency's quartiles over the rounds."""
    serial()
    pooled()
    ratios = []
    for _ in range(ROUNDS):
        a, b, c, d = (spent(work, pids) for work in (serial, pooled, pooled, serial))
        ratios.append((a + d) / (b + c))
    low, median, high = statistics.quantiles(ratios, n=4)
    figures = {"median": median, "low": low, "high": high, "serial_s": (a + d) / 2e9}
    return {"name": name, **{k: round(v, 4) for k, v in figures.items()}, "rounds": ROUNDS, "jobs": JOBS, "rows": ROWS}


def main() -> int:
    """Measure arrays handed over and files read by the workers; write the evidence; the bar is for the files."""
    x = inputs.worn_acceleration(50.0, ROWS)
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool,
    ):
        path = Path(folder) / "x.npy"
        np.save(path, x)
        paths, arrays = [str(path)] * JOBS, [x] * JOBS
        list(pool.map(from_file, paths[:4]))
        pids = [child.pid for child in multiprocessing.active_children() if child.pid is not None]
        files = efficiency(
            "files read by the workers", lambda: [from_file(one) for one in paths], lambda: list(pool.map(from_file, paths)), pids
        )
        many = partial(run_many, ALGORITHM, arrays, fs=50.0, **VALUES)
        handed = efficiency("arrays handed to run_many", many, partial(many, executor=pool), pids)
    figures = [{**files, "bar": BAR, "reached": files["median"] >= BAR}, handed]
    evidence.write("processes", "python -m benchmarks.processes", figures)
    for one in figures:
        verdict = f"bar {one['bar']} {'reached' if one['reached'] else 'MISSED'}" if "bar" in one else "no bar"
        print(f"{one['name']}: {one['median']:.3f} [{one['low']:.3f}, {one['high']:.3f}] n={one['rounds']}, {verdict}")
    return int(not figures[0]["reached"])


if __name__ == "__main__":
    sys.exit(main())
