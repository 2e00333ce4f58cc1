"""Each sample-step kernel against the same machine in C: equal bits first, every line of the kernel visited, then speed.

    python -m benchmarks.kernels                          writes docs/evidence/kernels.json, returns 1 where a bar is missed
    python -m benchmarks.kernels --check ID --flags "..."  equality only, built with other flags (sanitizers)

The C side is reference/c/<id>.c with gcc -O3 -march=x86-64-v3 -ffp-contract=off; its interface stands in the README there.
"""

from __future__ import annotations

import argparse
import ctypes
import enum
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

from agetech import run
from agetech.core import Algorithm, Kernel, Step, find, pack
from benchmarks import evidence, inputs
from benchmarks.ratio import ratio

FOLDER = Path(__file__).parent.parent / "reference" / "c"
FLAGS = "-std=c99 -Wall -Wextra -Werror -O3 -march=x86-64-v3 -ffp-contract=off"
BAR = 0.9
ROWS = 200_000
BRIEF = 20.0  # s of a check signal at an unusual rate, as plain Python

Array = np.ndarray[Any, Any]


class Machine:
    """A C reference at work: the library, its state, and the calls of its interface."""

    def __init__(self, algorithm: Algorithm, library: ctypes.CDLL, fs: float, values: dict[str, Any]) -> None:
        prefix = algorithm.id.replace(".", "_")
        self.dtype = algorithm.dtype
        calls = {name: getattr(library, f"{prefix}_{name}") for name in ("state_size", "row_size", "init", "push", "finish")}
        for name in ("state_size", "row_size", "push", "finish"):
            calls[name].restype = ctypes.c_size_t
        calls["push"].argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
        calls["finish"].argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        calls["init"].argtypes = [ctypes.c_void_p, ctypes.c_double, ctypes.c_void_p, ctypes.c_size_t]
        if calls["row_size"]() != self.dtype.itemsize:
            raise ValueError(f"{algorithm.id}: a C row has {calls['row_size']()} bytes, the kernel's {self.dtype.itemsize}")
        self.state = np.zeros(-(-calls["state_size"]() // 8))
        settings = np.array([as_number(value) for _, value in algorithm.params(**values)])
        if calls["init"](self.state.ctypes.data, fs, settings.ctypes.data, len(settings)) != 0:
            raise ValueError(f"{algorithm.id}: the C reference refuses {values}")
        self._push, self._finish = calls["push"], calls["finish"]

    def push(self, x: Array, out: Array) -> int:
        """Take rows; return how many were written to `out`."""
        return int(self._push(self.state.ctypes.data, x.ctypes.data, x.shape[0], out.ctypes.data))

    def finish(self, out: Array) -> int:
        """Return how many rows the end of the stream wrote to `out`."""
        return int(self._finish(self.state.ctypes.data, out.ctypes.data))


def as_number(value: object) -> float:
    """Return a parameter as the C side takes it: a choice as its index, all else as a number."""
    if isinstance(value, enum.Enum):
        return float(list(type(value)).index(value))
    return float(value)  # type: ignore[arg-type]


def build(identifier: str, flags: str, folder: Path) -> ctypes.CDLL:
    """Return the shared library of a C reference; CalledProcessError with gcc's words where it does not build."""
    library = folder / f"{identifier}.so"
    source = FOLDER / f"{identifier}.c"
    subprocess.run(["gcc", *flags.split(), "-shared", "-fPIC", "-o", str(library), str(source), "-lm"], check=True)
    return ctypes.CDLL(str(library))


def same(left: Array, right: Array) -> bool:
    """Return whether rows are equal to the bit; a NaN equals a NaN whatever its payload."""
    if left.shape != right.shape:
        return False
    for name in left.dtype.names or ():
        a, b = np.ascontiguousarray(left[name]), np.ascontiguousarray(right[name])
        equal = a.view(np.int64) == b.view(np.int64)
        if a.dtype.kind == "f":
            equal |= np.isnan(a) & np.isnan(b)
        if not equal.all():
            return False
    return True


def c_rows(machine: Machine, x: Array, room: int) -> Array:
    """Return what the C reference gives for a whole signal, pushed in uneven chunks."""
    parts, start, length = [], 0, 1
    while start < len(x):
        out = np.zeros(room, machine.dtype)
        parts.append(out[: machine.push(np.ascontiguousarray(x[start : start + length]), out)])
        start, length = start + length, length * 3 % 1021 + 1
    out = np.zeros(room, machine.dtype)
    parts.append(out[: machine.finish(out)])
    return np.concatenate(parts)


def codes(step: Kernel) -> Iterator[CodeType]:
    """Return the code of a kernel and of every kernel that it calls, each once."""
    seen: set[str] = set()
    waiting = [step]
    while waiting:
        one = waiting.pop()
        if one.name in seen:
            continue
        seen.add(one.name)
        yield one.plain.__code__
        names = (one.plain.__globals__.get(name) for name in one.plain.__code__.co_names)
        waiting += [found for found in names if isinstance(found, Kernel)]


def wanted_lines(algorithm: Algorithm) -> set[tuple[str, int]]:
    """Return file and line of everything that the kernels of an algorithm can execute."""
    if not isinstance(algorithm.shape, Step):
        raise TypeError(algorithm.id)
    kernels = [*algorithm.shape.steps, *([algorithm.shape.flush] if algorithm.shape.flush else [])]
    found = {code for one in kernels for code in codes(one)}
    return {(code.co_filename, line) for code in found for _, _, line in code.co_lines() if line and line != code.co_firstlineno}


def visits(identifier: str) -> list[str]:
    """Return the unvisited lines of the check signals together, found in a child with the JIT off."""
    environment = {**os.environ, "AGETECH_JIT": "off"}
    command = [sys.executable, "-m", "benchmarks.kernels", "--visits", identifier]
    return list(json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout))


def visits_here(algorithm: Algorithm) -> list[str]:
    """Return the lines that no check signal reaches, run as plain Python in this process; the usual rate comes first."""
    import coverage

    wanted = wanted_lines(algorithm)
    watch = coverage.Coverage(data_file=None, include=sorted({name for name, _ in wanted}))
    left, usual = set(wanted), inputs.rate(algorithm.inputs[0])
    for fs, values, x in sorted(inputs.checks(algorithm), key=lambda check: check[0] != usual):
        if left:
            watch.start()
            run(algorithm, x if fs == usual else x[: round(BRIEF * fs)], fs, **values)
            watch.stop()
            seen = watch.get_data()
            left -= {(name, line) for name in seen.measured_files() for line in seen.lines(name) or ()}
    return sorted(f"{Path(name).name}:{line}" for name, line in left)


def equality(algorithm: Algorithm, library: ctypes.CDLL) -> dict[str, Any]:
    """Return how many rows of how many check signals are equal to the bit."""
    if not isinstance(algorithm.shape, Step):
        raise TypeError(algorithm.id)
    rows, signals, different = 0, 0, []
    for fs, values, x in inputs.checks(algorithm):
        plan = algorithm.shape.plan(algorithm.params(**values), fs)
        ours = run(algorithm, x, fs, **values)
        theirs = c_rows(Machine(algorithm, library, fs, values), x, max(1, algorithm.shape.most(plan, 1024)))
        signals, rows = signals + 1, rows + len(ours)
        if not same(ours, theirs):
            different.append(f"{fs:g} Hz {values}: {len(ours)} rows, {len(theirs)} in C")
    return {"signals": signals, "rows": rows, "different": different, "equal": not different and rows > 0}


def speed(algorithm: Algorithm, library: ctypes.CDLL) -> dict[str, Any]:
    """Return speed of the kernel through speed of C on the same rows, with its bar."""
    if not isinstance(algorithm.shape, Step):
        raise TypeError(algorithm.id)
    declared = algorithm.inputs[0]
    fs, values = inputs.rate(declared), inputs.values(algorithm)
    x = inputs.signal(declared, fs, ROWS)
    plan = algorithm.shape.plan(algorithm.params(**values), fs)
    record, ring = algorithm.shape.init(plan)
    packed, step, machine = pack(plan), algorithm.shape.steps[0].ready(), Machine(algorithm, library, fs, values)
    out, other = (np.zeros(max(1, algorithm.shape.most(plan, ROWS)), algorithm.dtype) for _ in range(2))
    found = ratio(f"{algorithm.id}: kernel / C", lambda: step(packed, record, ring, x, out), lambda: machine.push(x, other))
    return {
        **found.as_dict(),
        "speed": round(1.0 / found.median, 4),
        "bar": BAR,
        "reached": found.verdict == "stable" and 1.0 / found.median >= BAR,
        "ns_a_row": round(found.ours / ROWS, 3),
        "ns_a_row_in_c": round(found.theirs / ROWS, 3),
    }


def main(arguments: list[str]) -> int:
    """Check and measure every C reference, write the evidence; return 1 where bits differ or a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", metavar="ID")
    parser.add_argument("--flags", default=FLAGS)
    parser.add_argument("--visits", metavar="ID", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.visits:
        print(json.dumps(visits_here(find(asked.visits))))
        return 0
    identifiers = [asked.check] if asked.check else sorted(path.stem for path in FOLDER.glob("*.c"))
    figures, fine = [], bool(identifiers)
    with tempfile.TemporaryDirectory() as folder:
        for identifier in identifiers:
            algorithm, library = find(identifier), build(identifier, asked.flags, Path(folder))
            one: dict[str, Any] = {"algorithm": algorithm.name, "equality": equality(algorithm, library)}
            fine &= one["equality"]["equal"]
            if not asked.check:
                one["unvisited"] = visits(identifier)
                one["speed"] = speed(algorithm, library) if one["equality"]["equal"] else None
                fine &= not one["unvisited"] and bool(one["speed"]) and one["speed"]["reached"]
            figures.append(one)
            print(json.dumps(one, indent=1))
    if not asked.check:
        evidence.write("kernels", "python -m benchmarks.kernels", {"flags": FLAGS, "kernels": figures})
    return int(not fine)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
