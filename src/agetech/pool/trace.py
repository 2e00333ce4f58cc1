"""Which algorithms a program really used: it runs with a listener for audit events, in all its threads and Python children."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from agetech.errors import ExchangeError, SchemaError
from agetech.exchange.platform import place_error, read_bytes
from agetech.pool.hook import FOLDER
from agetech.pool.record import file_text
from agetech.pool.subject import Use

SCHEMA = "pool-trace/1"
LARGEST = 10_000_000


@dataclass(frozen=True, slots=True)
class Trace:
    """What was heard. processes: how many listened; blind: commands of children that could not; code: the program's exit code."""

    command: tuple[str, ...]
    code: int
    processes: int
    uses: tuple[Use, ...]
    blind: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the trace as JSON."""
        uses = [{"id": use.id, "version": use.version} for use in self.uses]
        return file_text(
            {
                "schema": SCHEMA,
                "command": list(self.command),
                "code": self.code,
                "processes": self.processes,
                "uses": uses,
                "blind": list(self.blind),
            }
        )


def run_traced(command: Sequence[str], *, quiet: bool = False) -> Trace:
    """Return what a command used, after it has ended. quiet: its output goes to the error stream.

    ExchangeError E_POOL_NOT_TRACED where no Python of it listened; E_FILE... where it cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="agetech-trace-") as folder:
        heard, own = Path(folder, "heard"), Path(folder, "hook")
        heard.mkdir()
        own.mkdir()
        source = files("agetech").joinpath("pool", "hook.py").read_text(encoding="utf-8")
        (own / "sitecustomize.py").write_text(source, encoding="utf-8")
        paths = [str(own), *filter(None, [os.environ.get("PYTHONPATH", "")])]
        environment = {**os.environ, FOLDER: str(heard), "PYTHONPATH": os.pathsep.join(paths)}
        try:
            ended = subprocess.run(list(command), env=environment, check=False, stdout=sys.stderr if quiet else None)
        except OSError as error:
            raise place_error(command[0], error) from None
        lines = [json.loads(line) for path in sorted(heard.iterdir()) for line in path.read_text(encoding="utf-8").splitlines()]
    started = sum("start" in line for line in lines)
    if not started:
        raise ExchangeError("E_POOL_NOT_TRACED", command[0], expected="python ...", got=" ".join(command))
    uses = sorted({(line["run"], line["version"]) for line in lines if "run" in line})
    blind = sorted({line["blind"] for line in lines if "blind" in line})
    return Trace(tuple(command), ended.returncode, started, tuple(Use(*use) for use in uses), tuple(blind))


def read_trace(path: str | Path) -> Trace:
    """Return a trace that was written before; SchemaError E_POOL_TRACE for any other file."""
    data = read_bytes(path, LARGEST)
    try:
        found: Any = json.loads(data)
        uses = tuple(Use(str(use["id"]), str(use["version"])) for use in found["uses"])
        command, blind = tuple(map(str, found["command"])), tuple(map(str, found["blind"]))
        if found["schema"] == SCHEMA:
            return Trace(command, int(found["code"]), int(found["processes"]), uses, blind)
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise SchemaError("E_POOL_TRACE", Path(path).name, expected=SCHEMA, got="another document")
