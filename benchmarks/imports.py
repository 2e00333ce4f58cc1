"""What an import and a first answer cost, in CPU time of fresh processes, as ratios to what cannot be avoided.

    python -m benchmarks.imports         writes docs/evidence/imports.json, returns 1 where a bar is missed

`from agetech.signals.falls import detect_falls` against `import numpy, pydantic`; and a first answer with a warm cache
against importing numba and calling one trivial kernel from its warm cache. Order A B B A, median of 7 rounds.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import evidence

ROUNDS = 7
BAR = 1.3
HEAVY = ("numba", "llvmlite", "scipy", "pandas", "pyarrow")

IMPORT = "from agetech.signals.falls import detect_falls"
IMPORT_REFERENCE = "import numpy, pydantic"
ANSWER = f"import numpy; {IMPORT}; detect_falls(numpy.tile((0.0, 0.0, 9.8), (500, 1)), 50.0, placement='waist')"
ANSWER_REFERENCE = "import numpy, trivial; trivial.add(numpy.zeros(3))"
TRIVIAL = """
import numba


@numba.njit(cache=True)
def add(x):
    total = 0.0
    for value in x:
        total += value
    return total
"""


def surroundings(folder: Path) -> dict[str, str]:
    """Return the environment of the children: byte code and kernels are cached, in a folder of this run only."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")}
    (folder / "trivial.py").write_text(TRIVIAL, encoding="utf-8")
    return {
        **kept,
        "PYTHONPATH": str(folder),
        "PYTHONPYCACHEPREFIX": str(folder / "pycache"),
        "AGETECH_CACHE_DIR": str(folder / "kernels"),
        "NUMBA_CACHE_DIR": str(folder / "numba"),
        "OMP_NUM_THREADS": "1",
    }


def cpu(program: str, environment: dict[str, str]) -> float:
    """Return the CPU time of a fresh Python that runs a program, s; a failing program is an error."""
    child = subprocess.Popen([sys.executable, "-c", program], env=environment)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise subprocess.CalledProcessError(child.returncode, program)
    return used.ru_utime + used.ru_stime


def compare(name: str, ours: str, theirs: str, environment: dict[str, str]) -> dict[str, Any]:
    """Return the ratio of CPU times of two programs: one warm-up each, then rounds of A B B A."""
    cpu(ours, environment)
    cpu(theirs, environment)
    ratios, mine, other = [], [], []
    for _ in range(ROUNDS):
        a, b, c, d = (cpu(program, environment) for program in (ours, theirs, theirs, ours))
        ratios.append((a + d) / (b + c))
        mine += [a, d]
        other += [b, c]
    low, median, high = statistics.quantiles(ratios, n=4)
    figures = {"median": median, "low": low, "high": high, "ours_s": statistics.median(mine), "theirs_s": statistics.median(other)}
    rounded = {key: round(value, 4) for key, value in figures.items()}
    return {"name": name, **rounded, "rounds": ROUNDS, "bar": BAR, "reached": median <= BAR}


def loaded(program: str, environment: dict[str, str]) -> list[str]:
    """Return which of the heavy packages a program has loaded at its end."""
    asked = f"{program}; import sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True)
    return told.stdout.split()


def main() -> int:
    """Measure both ratios, write the evidence, return 1 where a bar is missed."""
    with tempfile.TemporaryDirectory() as folder:
        environment = surroundings(Path(folder))
        figures = [
            {**compare("import / import numpy, pydantic", IMPORT, IMPORT_REFERENCE, environment), "loaded": loaded(IMPORT, environment)},
            compare("first answer / trivial cached kernel", ANSWER, ANSWER_REFERENCE, environment),
        ]
    evidence.write("imports", "python -m benchmarks.imports", figures)
    for one in figures:
        shown = f"{one['median']:.3f} [{one['low']:.3f}, {one['high']:.3f}] n={one['rounds']}"
        print(f"{one['name']}: {shown}, bar {one['bar']} {'reached' if one['reached'] else 'MISSED'} {one.get('loaded', '')}")
    return int(not all(one["reached"] and not one.get("loaded") for one in figures))


if __name__ == "__main__":
    sys.exit(main())
