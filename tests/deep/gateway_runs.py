"""One run of the gateway example under kills: shared by the fast and the deep test."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agetech.signals.falls import IMPACTS, FallKind
from examples.gateway.device import Receiver, Sensor, bursts, person

ROOT = Path(__file__).parents[2]
GATEWAY = ROOT / "examples" / "gateway" / "gateway.py"
SETTINGS = ["--subject", "P-0042", "--device", "belt 7", "--placement", "waist", "--fs", "50"]


@dataclass(frozen=True)
class Outcome:
    """What a run gave: alarms by id, how many were handed over, how many processes were killed, bursts sent."""

    alarms: dict[str, dict[str, object]]
    handed: int
    kills: int
    sent: int


def expected(falls: int) -> dict[str, dict[str, object]]:
    """Return the alarms of one uninterrupted pass in this process, by the public functions only."""
    import agetech
    from agetech.exchange import events

    made = bursts(*person(falls))
    times = np.concatenate([burst["t"] for burst in made])
    acc = np.concatenate([burst["acc"] for burst in made])
    regular = agetech.regularise(times, acc, 50.0, stamps="arrival")
    rows = agetech.run(IMPACTS, regular.values, 50.0, placement="waist")
    rows = rows[rows["kind"] == FallKind.FALL]
    documents = events(rows, algorithm=IMPACTS, params={"placement": "waist"}, subject="P-0042", device="belt 7", time=regular.time_base())
    return {document.id: document.as_dict() for document in documents}


def run(folder: Path, *, falls: int, kills: int, seed: int, jit: bool, every: int = 5) -> Outcome:
    """Run the gateway, killed `kills` times at random moments, until it has seen the end; return what the receiver has."""
    rng = np.random.default_rng(seed)
    sensor, receiver = Sensor(bursts(*person(falls))), Receiver()
    command = [sys.executable, str(GATEWAY), "--source", sensor.server.address, "--sink", receiver.server.address]
    command += ["--state", str(folder), "--every", str(every), *SETTINGS]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]))}
    if not jit:
        environment["AGETECH_JIT"] = "off"
    done = 0
    last = len(sensor.bursts) - 2 * every
    try:
        for life in range(kills):
            process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if rng.random() < 0.1:  # one in ten dies while it starts
                sensor.reached(len(sensor.bursts) + 1, float(rng.random()))
            else:  # the others somewhere in their work, so that the last of them see the end come near
                share = (last - sensor.safe) / (kills - life + 1)
                sensor.reached(min(last, sensor.safe + int(rng.exponential(share))), 120.0)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=float(rng.exponential(0.01)))
            process.kill()
            errors = process.communicate()[1]
            done += process.returncode == -signal.SIGKILL
            assert process.returncode in (-signal.SIGKILL, 0), errors.decode()
        end = subprocess.run(command, env=environment, capture_output=True, timeout=600, check=False)
        assert end.returncode == 0, end.stderr.decode()
        assert sorted(path.name for path in folder.iterdir()) == ["cursor", "lock"]
        return Outcome(dict(receiver.alarms), receiver.handed, done, sensor.sent)
    finally:
        sensor.server.close()
        receiver.server.close()
        assert threading.active_count() < 50
