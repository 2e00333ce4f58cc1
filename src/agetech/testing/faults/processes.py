"""Faults of the machine and the process: F58 to F66. Their subject is a callable without arguments, or an environment."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from agetech.testing.faults.fault import Variant, fault

Rng = np.random.Generator
Work = Callable[[], Any]


@fault("F58", "process", "killed while writing", "写入时被强制结束", "X")
def killed(subject: list[str], rng: Rng) -> Iterator[Variant]:
    """Start a command line (a list of words) that writes for ever, and kill it at random moments, 40 times.

    Each variant runs the command when called and returns its exit code; the caller then looks at the files.
    """
    for turn in range(40):
        delay = float(rng.uniform(0.05, 0.3))

        def run(delay: float = delay) -> int:
            child = subprocess.Popen(subject, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                return child.wait(delay)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
                return child.wait()

        yield Variant(f"{turn}: {delay:.3f} s", run)


@contextmanager
def failing(names: tuple[str, ...], number: int, code: int) -> Iterator[list[int]]:
    """Let the `number`-th call of the named functions of `os` fail with an errno; the list counts the calls."""
    calls = [0]
    kept = {name: getattr(os, name) for name in names if hasattr(os, name)}

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            calls[0] += 1
            if calls[0] == number:
                raise OSError(code, os.strerror(code))
            return function(*arguments, **more)

        return call

    for name, function in kept.items():
        setattr(os, name, wrap(function))
    try:
        yield calls
    finally:
        for name, function in kept.items():
            setattr(os, name, function)


@fault("F59", "process", "disk full, folder read-only, permission denied", "磁盘满、只读、无权限", "R")
def no_room(subject: Work, rng: Rng) -> Iterator[Variant]:
    """Call the work while flushing and replacing files fail with ENOSPC, EROFS and EACCES."""
    for code in (errno.ENOSPC, errno.EROFS, errno.EACCES):

        def run(code: int = code) -> Any:
            with failing(("fsync", "replace", "open"), 1, code):
                return subject()

        yield Variant(errno.errorcode[code], run)


@fault("F60", "process", "the n-th operation fails", "第 n 次操作失败", "RX")
def nth_failure(subject: Work, rng: Rng) -> Iterator[Variant]:
    """Call the work while the n-th file operation fails, n = 1 to 12; beyond its last operation the work succeeds."""
    for number in range(1, 13):

        def run(number: int = number) -> Any:
            with failing(("open", "fsync", "replace", "close", "stat"), number, errno.EIO):
                return subject()

        yield Variant(f"n = {number}", run)


@fault("F61", "process", "eight threads at once", "八线程并发", "RX")
def eight_threads(subject: Work, rng: Rng) -> Iterator[Variant]:
    """Call the work from eight threads; the variant returns what each gave or raised."""

    def run() -> list[Any]:
        answers: list[Any] = [None] * 8

        def call(place: int) -> None:
            try:
                answers[place] = subject()
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller judges it
                answers[place] = error

        workers = [threading.Thread(target=call, args=(place,)) for place in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return answers

    yield Variant("8 threads", run)


@fault("F62", "process", "fork, spawn and pools", "进程派生与进程池", "X")
def other_processes(subject: str, rng: Rng) -> Iterator[Variant]:
    """Run a text of Python in a process by each start method that the system has; the variant returns the exit code."""
    import multiprocessing

    for method in multiprocessing.get_all_start_methods():

        def run(method: str = method) -> int:
            code = f"import multiprocessing as m\nif __name__ == '__main__':\n    m.set_start_method({method!r})\n"
            done = subprocess.run([sys.executable, "-c", code + subject], timeout=120, check=False)
            return done.returncode

        yield Variant(method, run)


@fault("F63", "process", "interrupted in the middle", "中途被打断", "X")
def interrupted(subject: Callable[[Callable[[], None]], Any], rng: Rng) -> Iterator[Variant]:
    """Call the work with a callback that raises KeyboardInterrupt, or an error of its own, at its third call."""
    for kind in (KeyboardInterrupt, RuntimeError):

        def run(kind: type[BaseException] = kind) -> Any:
            calls = [0]

            def breaks() -> None:
                calls[0] += 1
                if calls[0] == 3:
                    raise kind

            return subject(breaks)

        yield Variant(kind.__name__, run)


@fault("F64", "process", "a plugin that breaks", "插件故障", "R")
def broken_plugins(subject: str, rng: Rng) -> Iterator[Variant]:
    """Give entry points (name, value) that cannot be loaded: no module, no name, not an algorithm, another's id."""
    for name, value in (
        ("module", "no_such_module:X"),
        ("name", "agetech:NO_SUCH"),
        ("type", "agetech.units:SECOND"),
        ("syntax", "not an entry point"),
    ):
        yield Variant(name, (f"{subject}.{name}", value))


@fault("F65", "process", "little memory, few files, little time", "资源受限", "RX")
def small_machine(subject: list[str], rng: Rng) -> Iterator[Variant]:
    """Run a command line under limits of memory, open files and processor time; returns the exit code. POSIX only."""
    if sys.platform == "win32":
        return
    import resource

    for name, limit, value in (
        ("4 GiB", resource.RLIMIT_AS, 4 << 30),
        ("64 files", resource.RLIMIT_NOFILE, 64),
        ("60 s", resource.RLIMIT_CPU, 60),
    ):

        def run(limit: int = limit, value: int = value) -> int:
            def lower() -> None:
                resource.setrlimit(limit, (value, value))

            return subprocess.run(subject, preexec_fn=lower, check=False, capture_output=True).returncode

        yield Variant(name, run)


@fault("F66", "process", "other locales, zones and switches", "区域、时区与运行开关", "X")
def environments(subject: dict[str, str], rng: Rng) -> Iterator[Variant]:
    """Give environments in which the same bytes must come."""
    for change in (
        {"LC_ALL": "tr_TR.UTF-8"},
        {"LC_ALL": "zh_CN.GB18030"},
        {"LC_ALL": "C"},
        {"TZ": "Asia/Kathmandu"},
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "2"},
        {"PYTHONOPTIMIZE": "1"},
        {"PYTHONWARNINGS": "error"},
        {"PYTHONUTF8": "0"},
    ):
        yield Variant(" ".join(f"{k}={v}" for k, v in change.items()), {**subject, **change})
