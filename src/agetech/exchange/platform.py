"""The one place for calls that differ between systems: what is missing on Windows has a name here, not a surprise.

Files are always opened with an encoding; writing is atomic: a reader sees the old file or the new one, never a mixture.
"""

from __future__ import annotations

import contextlib
import glob
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from agetech.errors import ExchangeError

POSIX = os.name == "posix"


@dataclass(frozen=True, slots=True)
class Lack:
    """Something this system does not offer, and what that means."""

    name: str
    en: str
    zh: str


LACKS = (
    Lack(
        "fsync of a folder",
        "after a power failure a file just written may be missing; the old one is then still there",
        "断电后刚写入的文件可能丢失；此时旧文件仍然存在",
    ),
    Lack("private file modes", "new files get the folder's permissions", "新文件沿用文件夹的权限"),
    Lack(
        "locks of a folder",
        "two processes may use one state folder at a time; start one only",
        "两个进程可能同时使用同一状态文件夹；请只启动一个",
    ),
)


def lacks() -> tuple[Lack, ...]:
    """Return what this system does not offer; empty on POSIX."""
    return () if POSIX else LACKS


def place_error(path: Path | str, error: OSError) -> ExchangeError:
    """Return an operating system's refusal as an ExchangeError that names the file and the cause."""
    return ExchangeError("E_FILE_PLACE", Path(path).name, got=error.strerror or type(error).__name__)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder last through a power failure, where the system can."""
    if not POSIX:
        return
    handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomically(path: Path | str, fill: Callable[[BinaryIO], object], *, private: bool = False) -> None:
    """Write a file by `fill(stream)`: a temporary file in the same folder, fsync, replace, fsync of the folder.

    private: readable by the owner alone. ExchangeError E_FILE_PLACE where the system refuses; the old file then stays and
    the temporary one is gone. Whatever else `fill` raises passes through, with the same promise.
    """
    target = Path(path)
    spare = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        mode = 0o600 if private else 0o666
        handle = os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        try:
            with os.fdopen(handle, "wb") as stream:
                fill(stream)
                stream.flush()
                os.fsync(stream.fileno())
            spare.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                spare.unlink()
            raise
        sync_folder(target.parent)
    except OSError as error:
        raise place_error(target, error) from None


def sweep(path: Path | str) -> int:
    """Remove the temporary files that killed writers of a file have left; return how many. Only for who alone writes it."""
    target = Path(path)
    left = [one for one in target.parent.glob(f".{glob.escape(target.name[:100])}.*.tmp") if one.is_file()]
    try:
        for one in left:
            one.unlink(missing_ok=True)
    except OSError as error:
        raise place_error(target, error) from None
    return len(left)


def write_text(path: Path | str, text: str) -> None:
    """Write UTF-8 text atomically."""
    write_atomically(path, lambda stream: stream.write(text.encode("utf-8")))


def read_bytes(path: Path | str, limit: int) -> bytes:
    """Return a file's bytes; ExchangeError where it cannot be read or is larger than `limit` bytes."""
    try:
        with Path(path).open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > limit:
                raise ExchangeError("E_LIMIT", Path(path).name, expected=f"{limit} bytes", got=f"{size} bytes")
            data = stream.read(limit + 1)
    except OSError as error:
        raise place_error(path, error) from None
    if len(data) > limit:
        raise ExchangeError("E_LIMIT", Path(path).name, expected=f"{limit} bytes", got="more")
    return data


@contextlib.contextmanager
def locked(path: Path | str) -> Iterator[IO[str]]:
    """Hold a lock file as long as the block runs; ExchangeError E_FILE_LOCKED where another process holds it."""
    try:
        stream = Path(path).open("a", encoding="utf-8")  # noqa: SIM115 - closed below, after the lock
    except OSError as error:
        raise place_error(path, error) from None
    with stream:
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise ExchangeError("E_FILE_LOCKED", Path(path).name) from None
        yield stream
