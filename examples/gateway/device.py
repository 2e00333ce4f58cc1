"""The two neighbours of the gateway on this machine, for tests and for trying it: a sensor and an alarm receiver.

    python device.py          # prints the command that starts a gateway between them, then each alarm

The sensor keeps every burst until it is acknowledged and sends again from where it is asked. Its signal is simulated
by agetech.simulate: it is no evidence of anything about people.
"""

from __future__ import annotations

import json
import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from agetech.simulate import Direction, Fall, GetUp, Still, Walk, perform

SIZE = 5  # samples a burst
START = 1_767_571_200.0  # 2026-01-05T00:00:00Z


def person(falls: int, *, seed: int = 1) -> tuple[np.ndarray[Any, Any], float]:
    """Return (acc, fs) of somebody who walks, falls and gets up again, `falls` times."""
    script: list[Any] = [Still(5.0)]
    for number in range(falls):
        script += [Walk(8.0), Fall(direction=list(Direction)[number % len(Direction)]), Still(6.0), GetUp(), Still(4.0)]
    scene = perform(script, seed=seed)
    return scene.signal, scene.fs


def bursts(acc: np.ndarray[Any, Any], fs: float, *, seed: int = 2) -> list[dict[str, Any]]:
    """Return the signal as a radio delivers it: bursts of 5 samples stamped on arrival, a few of them late."""
    rng = np.random.default_rng(seed)
    made = []
    before = 0.0
    for number, first in enumerate(range(0, len(acc), SIZE)):
        part = acc[first : first + SIZE]
        arrived = max(before + 0.001, (first + SIZE) / fs + rng.gamma(2.0, 0.005))
        stamps = np.round(START + arrived + 0.002 * np.arange(len(part)), 3)
        before = float(stamps[-1]) - START
        made.append({"seq": number, "t": stamps.tolist(), "acc": np.round(part, 4).tolist()})
    return made


class Server:
    """A TCP server on 127.0.0.1 that gives each line it gets to `answer(line, send)`."""

    def __init__(self, answer: Callable[[dict[str, Any], Callable[[Any], None]], None]) -> None:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

                def send(message: Any) -> None:
                    self.wfile.write(json.dumps(message).encode("utf-8") + b"\n")

                try:
                    for line in self.rfile:
                        answer(json.loads(line), send)
                except (OSError, ValueError):
                    return  # the other side was killed

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler, bind_and_activate=True)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        """Return host:port."""
        host, port = self.server.server_address[:2]
        return f"{host!s}:{port}"

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Sensor:
    """Sends its bursts from where it is asked and keeps each until it is acknowledged; `safe` is how many are."""

    def __init__(self, made: list[dict[str, Any]]) -> None:
        self.bursts = made
        self.safe = 0
        self.sent = 0
        self.moved = threading.Condition()
        self.server = Server(self._answer)

    def reached(self, safe: int, seconds: float) -> bool:
        """Wait until so many bursts are acknowledged; return whether they are within the time."""
        with self.moved:
            return self.moved.wait_for(lambda: self.safe >= safe, seconds)

    def _answer(self, message: dict[str, Any], send: Callable[[Any], None]) -> None:
        if "ack" in message:
            with self.moved:
                self.safe = max(self.safe, message["ack"])
                self.moved.notify_all()
            return
        first = message["from"]
        if first < self.safe:
            raise ValueError(f"asked for burst {first}, but all before {self.safe} were acknowledged and are gone")
        threading.Thread(target=self._send, args=(first, send), daemon=True).start()  # acknowledgements come meanwhile

    def _send(self, first: int, send: Callable[[Any], None]) -> None:
        try:
            for burst in self.bursts[first:]:
                self.sent += 1
                send(burst)
            send({"end": len(self.bursts)})
        except (OSError, ValueError):
            return  # the gateway was killed


class Receiver:
    """Acknowledges every alarm; `alarms` is what remains after the ids it already has are dropped."""

    def __init__(self, tell: Callable[[dict[str, Any]], None] | None = None) -> None:
        self.alarms: dict[str, dict[str, Any]] = {}
        self.handed = 0
        self.tell = tell
        self.server = Server(self._answer)

    def _answer(self, message: dict[str, Any], send: Callable[[Any], None]) -> None:
        self.handed += 1
        if message["id"] not in self.alarms and self.tell is not None:
            self.tell(message)
        self.alarms[message["id"]] = message
        send({"ack": message["id"]})


def main() -> int:
    """Serve one simulated person until interrupted."""
    sensor = Sensor(bursts(*person(3)))
    receiver = Receiver(lambda alarm: print(alarm["onset"], alarm["kind"], alarm["stage"], alarm["id"][:12], flush=True))
    place = Path(__file__).with_name("gateway.py")
    print(
        f"python {place} --source {sensor.server.address} --sink {receiver.server.address} --state gateway-state --subject P-0042",
        flush=True,
    )
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
