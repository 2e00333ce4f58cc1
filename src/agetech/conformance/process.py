"""A child under limits, in a session of its own: POSIX-only calls stand here and in `launch` alone.

Two reader threads empty both pipes and one thread writes, so that full pipes cannot stop the kit. `stop` kills the
process group and every process that inherited the child's token, so that no orphan stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from agetech.conformance.wire import LINE, OUTPUT, Fault, broken
from agetech.errors import ParamsError

TOKEN = "AGETECH_ACP_RUN"  # noqa: S105 - the name of a variable
KEPT = 64 * 1024  # bytes of stderr
SHORT_OF = (b"MemoryError", b"bad_alloc", b"OutOfMemoryError", b"Cannot allocate memory", b"Too many open files", b"File too large")
GRACE = 2.0  # s between bye and the end


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use: seconds to answer each kind of request, bytes, files."""

    hello: float = 10.0
    prepare: float = 60.0
    run: float = 10.0
    push: float = 2.0
    cpu: int = 3600
    memory: int = 4 << 30
    file: int = 64 << 20
    files: int = 256
    line: int = LINE
    output: int = OUTPUT
    restarts: int = 3

    def content(self) -> dict[str, float | int]:
        """Return the limits as the report prints them."""
        return asdict(self)


@lru_cache(maxsize=1)
def isolation() -> tuple[str, ...]:
    """Return the command prefix that takes the network away, () where the system does not allow it."""
    found = shutil.which("unshare")
    if found is None:
        return ()
    for prefix in ((found, "-rn", "--"), (found, "-n", "--")):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            if subprocess.run([*prefix, "true"], capture_output=True, timeout=5, check=False).returncode == 0:
                return prefix
    return ()


def surroundings(home: Path, token: str, passed: Sequence[str]) -> dict[str, str]:
    """Return the child's environment: an allow-list, and the variables named by the caller."""
    own = {name: os.environ[name] for name in passed if name in os.environ}
    path = os.environ.get("PATH", os.defpath)
    return {"PATH": path, "LANG": "C.UTF-8", "TZ": "UTC", "HOME": str(home), "TMPDIR": str(home), **own, TOKEN: token}


class Child:
    """One process of an implementation, spoken to in lines."""

    def __init__(self, command: Sequence[str], limits: Limits, passed: Sequence[str] = ()) -> None:
        if sys.platform == "win32":
            raise ParamsError("E_PLATFORM", "cmd", expected="POSIX", got=sys.platform)
        self.limits = limits
        self.home = Path(tempfile.mkdtemp(prefix="acp-"))
        self.token = secrets.token_hex(16)
        caps = {
            "RLIMIT_AS": limits.memory,
            "RLIMIT_FSIZE": limits.file,
            "RLIMIT_NOFILE": limits.files,
            "RLIMIT_CPU": limits.cpu,
            "RLIMIT_CORE": 0,
        }
        launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py")), json.dumps(caps)]
        self.process = subprocess.Popen(
            [*launcher, *isolation(), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.home,
            env=surroundings(self.home, self.token, passed),
            start_new_session=True,
        )
        self._lines: queue.Queue[bytes | Fault | None] = queue.Queue()
        self._out: queue.Queue[bytes | None] = queue.Queue()
        self._since = 0
        self._errors = b""
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._listen, self._write)]
        for thread in self._threads:
            thread.start()

    def send(self, line: bytes) -> None:
        """Give a line to the writer; the bytes the child may write are counted from here on."""
        self._since = 0
        self._out.put(line)

    def receive(self, seconds: float) -> bytes:
        """Return the next line; Fault where none comes in time, the child ends, or writes too much."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            try:
                got = self._lines.get(timeout=max(0.001, min(left, 0.1)))
            except queue.Empty:
                if self.process.poll() is not None and self._lines.empty():
                    raise self._ended() from None
                if left <= 0:
                    raise Fault("timeout", f"no answer within {seconds:g} s") from None
                continue
            if isinstance(got, Fault):
                raise got
            if got is None:
                raise self._ended()
            return got

    def unasked(self) -> bool:
        """Return whether something came that no request asked for."""
        return not self._lines.empty() and self._lines.queue[0] is not None

    def _ended(self) -> Fault:
        try:
            code = self.process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return broken("closed its output and goes on running")
        self._threads[1].join(timeout=0.5)
        if code in (-signal.SIGXCPU, -signal.SIGXFSZ, 128 + signal.SIGXCPU, 128 + signal.SIGXFSZ) or (
            code != 0 and any(sign in self._errors for sign in SHORT_OF)
        ):
            return Fault("resource", f"ended by a limit, exit code {code}")
        return Fault("crash", f"killed by signal {-code}" if code < 0 else f"exit code {code} before the answer")

    def _read(self) -> None:
        pipe, rest = _handle(self.process.stdout), b""
        while data := _chunk(pipe):
            self._since += len(data)
            whole, sign, tail = (rest + data).rpartition(b"\n")
            rest = tail if sign else rest + data
            lines = whole.split(b"\n") if sign else []
            if len(rest) > self.limits.line or any(len(line) > self.limits.line for line in lines):
                self._lines.put(broken(f"a line longer than {self.limits.line} bytes"))
                return
            for line in lines:
                self._lines.put(line)
            if self._since > self.limits.output:
                self._lines.put(broken(f"more than {self.limits.output} bytes for one request"))
                return
        if rest:
            self._lines.put(broken("the output ends within a line"))
        self._lines.put(None)

    def _listen(self) -> None:
        pipe = _handle(self.process.stderr)
        while data := _chunk(pipe):
            self._errors = (self._errors + data)[-KEPT:]

    def _write(self) -> None:
        pipe = _handle(self.process.stdin)
        while (line := self._out.get()) is not None:
            rest = memoryview(line)
            try:
                while rest:
                    rest = rest[os.write(pipe, rest) :]
            except OSError:
                return

    def errors_digest(self) -> str:
        """Return the SHA-256 of what is kept of stderr, "" where nothing came."""
        return hashlib.sha256(self._errors).hexdigest() if self._errors else ""

    def errors(self) -> str:
        """Return what is kept of stderr as text."""
        return self._errors.decode("utf-8", "replace")

    def leave(self) -> int | None:
        """Close the child's input and return its exit code, None where it does not end in time."""
        self._out.put(None)
        self._threads[2].join(timeout=GRACE)
        with contextlib.suppress(OSError):
            _stream(self.process.stdin).close()
        try:
            return self.process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """Kill the process group and whoever carries the child's token; remove its folder."""
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for _ in range(5):  # one that forks while we look is found in the next round
            left = carriers(self.token)
            for pid in left:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            if not left:
                break
            time.sleep(0.01)
        self._out.put(None)
        for thread in self._threads:
            thread.join(timeout=1.0)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                _stream(pipe).close()
        shutil.rmtree(self.home, ignore_errors=True)


def carriers(token: str) -> list[int]:
    """Return the processes whose environment holds a token; [] where there is no /proc."""
    found, wanted = [], f"{TOKEN}={token}".encode()
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if wanted in entry.read_bytes():
                found.append(int(entry.parent.name))
    return found


def machine(passed: Mapping[str, str] | Sequence[str] = ()) -> dict[str, object]:
    """Return system, processor and isolation as the report prints them."""
    import platform

    return {
        "os": platform.system(),
        "arch": platform.machine(),
        "processors": os.cpu_count() or 0,
        "network_isolated": bool(isolation()),
        "passed_variables": sorted(passed),
    }


def _stream(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError
    return pipe


def _handle(pipe: IO[bytes] | None) -> int:
    return _stream(pipe).fileno()


def _chunk(handle: int) -> bytes:
    try:
        return os.read(handle, 1 << 16)
    except OSError:
        return b""
