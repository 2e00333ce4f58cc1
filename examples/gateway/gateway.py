"""A gateway: bursts of a belt sensor in, fall alarms out; it survives a kill at any moment.

    python gateway.py --source 127.0.0.1:7001 --sink 127.0.0.1:7002 --state /var/lib/agetech-gateway --subject P-0042

One cursor file holds everything that must survive: the number of the next burst, the regulariser, the stream and the
alarms that the receiver has not acknowledged. It is written whole or not at all (temporary file, fsync, replace), and
only then is a burst acknowledged to the sensor. So after a kill the sensor sends again what the cursor does not cover,
the same rows come out, and their documents have the same ids: alarms are handed over at least once, and the receiver
drops the ids that it has.

Wire, one JSON object a line. Sensor: {"from": n} -> it sends {"seq": n, "t": [s since 1970 ...], "acc": [[x, y, z] ...]} ...
and {"end": n} when it is switched off; {"ack": n}: all before n is safe. Receiver: a document a line -> {"ack": id}.
"""

from __future__ import annotations

import argparse
import json
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from agetech import AgetechError, Regulariser, SignalError, Stream
from agetech.core.checkpoint import read_blob, write_blob
from agetech.core.timebase import TimeBase
from agetech.exchange import events
from agetech.exchange.platform import locked, read_bytes, sweep, write_atomically
from agetech.signals.falls import IMPACTS, FallKind

FORMAT = 1
LARGEST_LINE = 1 << 20  # bytes of one burst
LARGEST_CURSOR = 64 << 20
PATIENCE = 5.0  # s to wait for the other side
PAUSES = (0.1, 0.3, 1.0, 3.0, 10.0)  # s between attempts to connect


@dataclass
class Cursor:
    """Everything that must survive: it is saved as one file and never in parts."""

    stream: Stream
    regulariser: Regulariser
    seq: int = 0
    ended: bool = False
    outbox: dict[str, str] = field(default_factory=dict)  # id -> document, in the order of their making

    def save(self, path: Path) -> None:
        """Write the cursor so that a kill at any moment leaves the old one or the new one."""
        states = {} if self.ended else {"stream": self.stream.save(), "regulariser": self.regulariser.save()}
        header = {"gateway": FORMAT, "seq": self.seq, "ended": self.ended, "outbox": list(self.outbox.items())}
        blob = write_blob(header, {name: np.frombuffer(state, np.int8) for name, state in states.items()})
        write_atomically(path, lambda file: file.write(blob), private=True)


def new_cursor(settings: argparse.Namespace) -> Cursor:
    """Return the cursor of a gateway that has seen nothing."""
    return Cursor(Stream(IMPACTS, settings.fs, placement=settings.placement), Regulariser(settings.fs, stamps=settings.stamps))


def load_cursor(path: Path, settings: argparse.Namespace) -> Cursor:
    """Return the saved cursor, or a new one where there is none; CheckpointError where it is damaged or of other settings."""
    if not path.exists():
        return new_cursor(settings)
    header, arrays = read_blob(read_bytes(path, LARGEST_CURSOR))
    made = new_cursor(settings)
    made.seq, made.ended, made.outbox = int(header["seq"]), bool(header["ended"]), dict(header["outbox"])
    if not made.ended:
        states = {name: array.tobytes() for name, array in arrays.items()}
        made.stream = Stream.load(states["stream"], algorithm=IMPACTS, fs=settings.fs, placement=settings.placement)
        made.regulariser = Regulariser.load(states["regulariser"], fs=settings.fs, stamps=settings.stamps)
    return made


def take(cursor: Cursor, burst: dict[str, Any], settings: argparse.Namespace) -> None:
    """Let one burst through regulariser and stream, and put the alarms it gives into the outbox."""
    acc = np.array(burst["acc"], dtype=np.float64).reshape(-1, 3)
    rows = cursor.stream.push(cursor.regulariser.push(np.array(burst["t"], dtype=np.float64), acc).reshape(-1, 3))
    keep(cursor, rows, settings)
    cursor.seq = burst["seq"] + 1


def end(cursor: Cursor, settings: argparse.Namespace) -> None:
    """Give out what still waits: the sensor has been switched off."""
    if cursor.ended:
        return
    last = cursor.stream.push(cursor.regulariser.finish().reshape(-1, 3))
    keep(cursor, np.concatenate([last, cursor.stream.finish()]), settings)
    cursor.ended = True


def keep(cursor: Cursor, rows: Any, settings: argparse.Namespace) -> None:
    """Turn falls, recoveries and long lies into documents; their ids depend on nothing but what happened."""
    falls = rows[rows["kind"] == FallKind.FALL]
    if not len(falls):
        return
    base: TimeBase = cursor.regulariser.time_base()
    made = events(falls, algorithm=IMPACTS, params=cursor.stream.params, subject=settings.subject, device=settings.device, time=base)
    cursor.outbox.update((document.id, document.json()) for document in made)


def connect(address: str) -> socket.socket:
    """Return a connection; it tries again, ever more slowly, and raises OSError in the end."""
    host, _, port = address.rpartition(":")
    for pause in PAUSES:
        try:
            return socket.create_connection((host, int(port)), timeout=PATIENCE)
        except OSError:
            time.sleep(pause)
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def say(line: socket.socket, message: Any) -> None:
    """Send one JSON object, or a document that is JSON text already."""
    text = message if isinstance(message, str) else json.dumps(message)
    line.sendall(text.encode("utf-8") + b"\n")


def messages(line: socket.socket) -> Iterator[dict[str, Any]]:
    """Return the JSON objects that come; a line that is too long ends the connection."""
    with line.makefile("rb") as incoming:
        while text := incoming.readline(LARGEST_LINE):
            if not text.endswith(b"\n"):
                return
            yield json.loads(text)


def deliver(cursor: Cursor, address: str) -> None:
    """Hand over all waiting alarms; each leaves the outbox when the receiver has acknowledged its id."""
    if not cursor.outbox:
        return
    with connect(address) as line:
        answers = messages(line)
        for name, document in list(cursor.outbox.items()):
            say(line, document)
            if next(answers, {}).get("ack") != name:
                return
            del cursor.outbox[name]


def serve(settings: argparse.Namespace, stopping: list[bool]) -> None:
    """Take bursts until the sensor is switched off or the process is asked to stop."""
    path = settings.state / "cursor"
    cursor = load_cursor(path, settings)
    deliver(cursor, settings.sink)
    if cursor.ended:
        cursor.save(path)
        return
    with connect(settings.source) as line:
        say(line, {"from": cursor.seq})
        pending = 0
        for burst in messages(line):
            if "end" in burst:
                end(cursor, settings)
            elif burst["seq"] == cursor.seq:
                take(cursor, burst, settings)
                pending += 1
            if cursor.ended or stopping or cursor.outbox or pending >= settings.every:
                cursor.save(path)  # from here on this burst is ours
                pending = 0
                say(line, {"ack": cursor.seq})
                if cursor.outbox:
                    deliver(cursor, settings.sink)
            if cursor.ended or stopping:
                break
    cursor.save(path)


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the settings of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", required=True, help="host:port of the sensor")
    parser.add_argument("--sink", required=True, help="host:port of the alarm receiver")
    parser.add_argument("--state", required=True, type=Path, help="folder of the cursor, writable")
    parser.add_argument("--subject", required=True, help="pseudonym of the person, never a name")
    parser.add_argument("--device", default="", help="serial number of the sensor")
    parser.add_argument("--placement", default="waist", choices=["waist", "pocket", "wrist"])
    parser.add_argument("--fs", type=float, default=50.0, help="nominal rate of the sensor, Hz")
    parser.add_argument("--stamps", default="arrival", choices=["sample", "arrival"], help="what the time stamps say")
    parser.add_argument("--every", type=int, default=10, help="bursts between two saves without an alarm")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Return 0 when the sensor was switched off, 1 when the other side is away, 2 when the signal or state is refused."""
    settings = parse(arguments)
    settings.state.mkdir(parents=True, exist_ok=True)
    stopping: list[bool] = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    try:
        with locked(settings.state / "lock"):
            sweep(settings.state / "cursor")  # what a killed gateway was writing
            serve(settings, stopping)
    except SignalError as error:
        print(f"{error} {error.remedy()}", file=sys.stderr)
        return 2
    except AgetechError as error:
        print(f"{error} {error.remedy()}", file=sys.stderr)
        return 2 if error.code != "E_FILE_LOCKED" else 1
    except (OSError, ValueError, KeyError) as error:
        print(f"gateway: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
