"""Throughput, latency of a push, saving, memory of a stream, for every sample-step algorithm."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from agetech import Stream, run
from agetech.core import find
from benchmarks import inputs

NAMES = [one.id for one in inputs.step_algorithms()]
ROWS = 100_000


class Streams:
    """One stream of simulated rows an algorithm."""

    params = (NAMES,)
    param_names = ("algorithm",)
    timeout = 300.0

    def setup(self, name: str) -> None:
        """Compile, and fill the rings."""
        self.algorithm = find(name)
        declared = self.algorithm.inputs[0]
        self.fs, self.values = inputs.rate(declared), inputs.values(self.algorithm)
        self.x: Any = inputs.signal(declared, self.fs, ROWS)
        self.stream = Stream(self.algorithm, self.fs, **self.values)
        self.stream.push(self.x)
        self.blob = self.stream.save()

    def time_bulk(self, _name: str) -> None:
        """Run 100,000 rows at once."""
        run(self.algorithm, self.x, self.fs, **self.values)

    def time_push_of_50(self, _name: str) -> None:
        """Push 50 rows."""
        self.stream.push(self.x[:50])

    def time_push_of_1(self, _name: str) -> None:
        """Push one row."""
        self.stream.push(self.x[:1])

    def time_save(self, _name: str) -> None:
        """Save the state."""
        self.stream.save()

    def time_load(self, _name: str) -> None:
        """Load a state."""
        Stream.load(self.blob)

    def track_state(self, _name: str) -> int:
        """Track the length of a saved state."""
        return len(self.blob)

    track_state.unit = "bytes"  # type: ignore[attr-defined]
