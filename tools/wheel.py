"""The wheel and the source archive: built twice to the same bytes, small, pure Python, no recording of others inside.

python -m tools.wheel [FOLDER]     builds into FOLDER (default dist) and checks
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIMIT = 8 * 2**20
KINDS = frozenset(
    {".py", ".typed", ".json", ".jsonl", ".i16", ".c", ".h", ".html", ".jinja", ".j2", ".css", ".svg", ".java", ".txt", ".md"}
)
METADATA = frozenset({"METADATA", "WHEEL", "RECORD", "LICENSE", "NOTICE", "entry_points.txt"})
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "src/agetech/__init__.py", "tests/conftest.py", "docs/conf.py", "tools/wheel.py")
OUR_OWN = frozenset({"scoring", "schemas"})  # folders beside the recordings that hold the project's own work
RECORDING = 4096  # bytes: smaller files of two sources may be equal by chance ([] or {})


def moment() -> str:
    """Return the time stamp inside the archives: SOURCE_DATE_EPOCH, else the last commit's, else a fixed day."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return given
    asked = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    return told.stdout.strip() if told.returncode == 0 and told.stdout.strip() else "1735689600"


def build(kind: str, folder: Path) -> Path:
    """Return the archive of one kind (`wheel`, `sdist`), built into `folder` without a network."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": moment()}
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return next(folder.glob("*.whl" if kind == "wheel" else "*.tar.gz"))


def digest(data: bytes) -> str:
    """Return the SHA-256 as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def recordings(folder: Path | None, sizes: set[int]) -> dict[str, str]:
    """Return name by digest of the data folder's larger files of these sizes; empty without a folder."""
    if folder is None or not folder.is_dir():
        return {}
    folders = [path for path in sorted(folder.iterdir()) if path.name not in OUR_OWN]
    files = (path for one in folders for path in (one, *sorted(one.rglob("*"))) if path.is_file())
    found = (path for path in files if path.stat().st_size in sizes)
    return {digest(path.read_bytes()): path.name for path in found}


def sizes(path: Path) -> set[int]:
    """Return the sizes of a wheel's larger members: only a file of the same size can be the same file."""
    with zipfile.ZipFile(path) as archive:
        return {member.file_size for member in archive.infolist() if member.file_size >= RECORDING}


def wheel_faults(path: Path, data: Path | None) -> Iterator[str]:
    """Return what must not be in a wheel or is too much of it; `data` is the folder of recordings of others."""
    foreign = recordings(data, sizes(path))
    if not path.name.endswith("-py3-none-any.whl"):
        yield f"{path.name}: not a pure Python wheel"
    if path.stat().st_size >= LIMIT:
        yield f"{path.name}: {path.stat().st_size} bytes, must stay under {LIMIT}"
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            top, _, rest = name.partition("/")
            if top.endswith(".dist-info"):
                if Path(rest).name not in METADATA:
                    yield f"{name}: unknown file of metadata"
            elif top != "agetech":
                yield f"{name}: outside the package"
            elif Path(name).suffix not in KINDS:
                yield f"{name}: a file of this kind does not belong in the wheel"
            known = foreign.get(digest(archive.read(name)))
            if known:
                yield f"{name}: is {known} of the data folder"


def sdist_faults(path: Path) -> Iterator[str]:
    """Return what lacks in the source archive: a reader must be able to test and to build the docs from it."""
    with tarfile.open(path) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    yield from (f"{path.name}: lacks {name}" for name in SOURCES if name not in held)


def main(arguments: list[str]) -> int:
    """Build both archives twice, compare and check them, print names and digests; return 1 for any fault."""
    target = Path(arguments[0] if arguments else "dist")
    target.mkdir(parents=True, exist_ok=True)
    named = os.environ.get("AGETECH_DATA")
    data_folder = Path(named) if named else ROOT.parent / "shared" / "data"
    found: list[str] = []
    for kind in ("wheel", "sdist"):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            first, second = build(kind, Path(one)), build(kind, Path(two))
            data = first.read_bytes()
            if data != second.read_bytes():
                found.append(f"{first.name}: two builds differ")
            found += wheel_faults(first, data_folder) if kind == "wheel" else sdist_faults(first)
            (target / first.name).write_bytes(data)
            print(f"{digest(data)}  {first.name}  {len(data)} bytes")
    for fault in found:
        print(fault)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
