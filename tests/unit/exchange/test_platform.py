"""Files that are whole or not there, locks, and names for what a system lacks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agetech.errors import ExchangeError
from agetech.exchange import platform


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    platform.write_text(path, "one")
    platform.write_text(path, "二")
    assert path.read_text(encoding="utf-8") == "二"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    platform.write_text(path, "old")

    def stopped(stream: object) -> None:
        stream.write(b"ne")  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        platform.write_atomically(path, stopped)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_private_files(tmp_path: Path) -> None:
    platform.write_atomically(tmp_path / "a", lambda stream: stream.write(b"x"), private=True)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_what_killed_writers_left_is_swept(tmp_path: Path) -> None:
    names = [".a.0123456789ab.tmp", ".a.fedcba987654.tmp", ".ab.0123456789ab.tmp", "a.tmp", "a"]
    for name in names:
        (tmp_path / name).write_bytes(b"")
    assert platform.sweep(tmp_path / "a") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[2:])
    assert platform.sweep(tmp_path / "a") == 0


def test_limits(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert platform.read_bytes(tmp_path / "a", 5) == b"12345"
    with pytest.raises(ExchangeError, match="E_LIMIT"):
        platform.read_bytes(tmp_path / "a", 4)


def test_one_process_at_a_time(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom agetech.exchange import platform\nfrom agetech.errors import ExchangeError\n"
        "try:\n    with platform.locked(sys.argv[1]):\n        print('in')\nexcept ExchangeError as error:\n    print(error.code)\n"
    )

    def other() -> str:
        return subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "lock")], capture_output=True, text=True, check=True
        ).stdout.strip()

    with platform.locked(tmp_path / "lock"):
        assert other() == "E_FILE_LOCKED"
    assert other() == "in"
    with pytest.raises(ExchangeError, match="E_FILE_PLACE"), platform.locked(tmp_path / "none" / "lock"):
        pass


def test_what_lacks_has_a_name_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (platform.lacks() == ()) == (os.name == "posix")
    monkeypatch.setattr(platform, "POSIX", False)
    assert len(platform.lacks()) == 3
    assert all(one.en and any("\u4e00" <= sign <= "\u9fff" for sign in one.zh) for one in platform.lacks())
    platform.sync_folder(Path("/nowhere"))


def test_a_kill_while_writing_leaves_one_or_the_other(tmp_path: Path) -> None:
    path = tmp_path / "a"
    code = (
        "import sys\nfrom agetech.exchange.platform import write_atomically\n"
        "n = 0\n"
        "while True:\n"
        "    n += 1\n"
        "    write_atomically(sys.argv[1], lambda f: f.write(bytes([n % 251]) * 200_000))\n"
        "    if n == 3:\n        print('ready', flush=True)\n"
    )
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.communicate()
        data = path.read_bytes()
        assert len(data) == 200_000
        assert len(set(data)) == 1
    platform.sweep(path)
    assert list(tmp_path.iterdir()) == [path]
