"""The same bytes in every environment: threads, BLAS kernels, processor features, hash seeds, JIT off, another process.

The inputs are made once and read by every child, so that only the algorithms can differ.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tools.deep.ledger import Part, Progress, Result, call, tail

ENVIRONMENTS: dict[str, dict[str, str]] = {
    "default": {},
    "one thread": {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"},
    "two threads": {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    "OpenBLAS Nehalem": {"OPENBLAS_CORETYPE": "Nehalem"},
    "OpenBLAS Haswell": {"OPENBLAS_CORETYPE": "Haswell"},
    "generic processor for numba": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
    "numpy without AVX-512": {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"},
    "numpy without AVX2": {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"},
    "JIT off": {"AGETECH_JIT": "off"},
    "hash seed 1": {"PYTHONHASHSEED": "1"},
    "hash seed 2": {"PYTHONHASHSEED": "2"},
    "Turkish locale, other zone": {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Shanghai"},
}
ROWS = 6000
GAPS = ((), ((500, 520),), ((0, 3), (2900, 3300)), ((5900, 6000),))


def rates(low: float, high: float) -> list[float]:
    """Return up to four rates that an input takes: its ends, and common ones between."""
    return sorted({low, high, *(rate for rate in (25.0, 50.0, 100.0) if low <= rate <= high)})[:4]


def prepare(folder: Path) -> int:
    """Write the inputs of all algorithms, with gaps, into a folder; return how many."""
    from agetech.core import algorithms, find
    from benchmarks import inputs

    made = 0
    for name in algorithms():
        algorithm = find(name)
        if len(algorithm.inputs) != 1 or algorithm.inputs[0].kind != "uniform":
            continue
        declared = algorithm.inputs[0]
        for fs in rates(*declared.rates):
            whole = inputs.signal(declared, fs, 4 * ROWS)
            for part, gaps in enumerate(GAPS):
                x = whole[part * ROWS : (part + 1) * ROWS].copy()
                for start, end in gaps:
                    x[start:end] = np.nan
                np.savez(folder / f"{name}-{fs:g}-{part}.npz", x=x, fs=fs, name=name)
                made += 1
    return made


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of the rows that each input gives in this process."""
    from agetech import run
    from agetech.core import find
    from benchmarks import inputs

    found = {}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as held:
            name = str(held["name"])
            rows = run(name, held["x"], float(held["fs"]), **inputs.values(find(name)))
        found[path.stem] = f"{len(rows)} {hashlib.sha256(rows.tobytes()).hexdigest()}"
    return found


def _determinism(_progress: Progress) -> Result:
    figures: dict[str, Any] = {"environments": list(ENVIRONMENTS)}
    told: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        figures["inputs"] = prepare(Path(folder))
        for name, more in ENVIRONMENTS.items():
            ran = call([sys.executable, "-m", "tools.deep.determinism", folder], more)
            if ran.returncode:
                print(tail(ran.stderr))
                return Result(passed=False, figures={**figures, "environment": name, "output": tail(ran.stderr)})
            told[name] = json.loads(ran.stdout)
            print(f"{name}: {len(told[name])} digests", flush=True)
    reference = told["default"]
    figures["rows"] = sum(int(one.split()[0]) for one in reference.values())
    figures["different"] = {
        name: sorted(key for key in reference if found.get(key) != reference[key]) for name, found in told.items() if found != reference
    }
    return Result(not figures["different"] and figures["rows"] > 0, figures)


PARTS = (Part("determinism", "digests of the outputs in 12 environments", _determinism),)

if __name__ == "__main__":
    print(json.dumps(digests(Path(sys.argv[1]))))
