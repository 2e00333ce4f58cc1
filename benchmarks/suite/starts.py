"""What a start costs: imports in fresh processes."""

from __future__ import annotations

import subprocess
import sys


def _run(program: str) -> None:
    subprocess.run([sys.executable, "-c", program], check=True)


class Starts:
    """Fresh interpreters; read the differences, not the values."""

    def time_python(self) -> None:
        """Start Python."""
        _run("")

    def time_numpy_pydantic(self) -> None:
        """Import what cannot be avoided."""
        _run("import numpy, pydantic")

    def time_agetech(self) -> None:
        """Import the package."""
        _run("import agetech")

    def time_falls(self) -> None:
        """Import one door."""
        _run("from agetech.signals.falls import detect_falls")

    def peakmem_falls(self) -> object:
        """Hold one door in memory."""
        from agetech.signals.falls import detect_falls

        return detect_falls
