"""Fuzz one target with atheris: `python -m tests.fuzz TARGET CORPUS [libFuzzer options]`; the seeds join the corpus."""

from __future__ import annotations

import hashlib
import sys
import warnings
from pathlib import Path

import atheris

# Kernels stay as they are: numba cannot compile instrumented byte code.
with atheris.instrument_imports(include=["agetech.core.checkpoint", "agetech.core.stream", "agetech.exchange", "agetech.schemas"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    name, corpus = sys.argv[1], Path(sys.argv[2])
    target = TARGETS[name]
    warnings.simplefilter("error")
    for seed in target.seeds():
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
