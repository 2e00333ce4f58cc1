"""One door for files: `read` tells them by their first bytes, `write` by the name's end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agetech.core.recording import Recording
from agetech.errors import ExchangeError
from agetech.exchange.platform import place_error, read_bytes

LIMIT = 512 << 20  # bytes of samples that a file may unfold to, unless the caller says otherwise
OTHERS = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip",
    b"\x89HDF": "HDF5",
    b"\xffBIOSEMI": "BDF",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"%PDF": "PDF",
    b"\x93NUMPY": "NPY",
    b"MATLAB": "MAT",
}


EDF = b"0       "
READ = "CSV, Parquet, NPZ, EDF, WFDB (.hea)"


def read(
    path: Path | str,
    *,
    profile: Any = None,
    encoding: str | None = None,
    fs: float | None = None,
    limit: int = LIMIT,
    layout: Any = None,
) -> Recording:
    """Return the recording in a CSV, Parquet, NPZ or EDF file, a WFDB record (by its header, .hea) or a raw radar dump.

    profile: how to read a table that agetech did not write: an id (`agetech.exchange.column_profiles()` lists them), a mapping,
    or the path of a JSON file. encoding: of a text, where it is in doubt. fs: Hz, where the profile leaves it open.
    limit: bytes that the samples may take. layout: how a radar dump lies, a RadarLayout or the path of its JSON file; the
    recording then holds the displacement of the chest. EDF and WFDB need the extras of their names. ExchangeError names what is
    wrong and its probable cause; nothing is guessed.
    """
    try:
        with Path(path).open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        raise place_error(path, error) from None
    name = Path(path).name
    found = _recorder(path, head, layout)
    if found is not None:
        return found
    if head.startswith(b"PAR1"):
        from agetech.exchange.parquet import read_parquet

        return read_parquet(path, profile=profile, fs=fs, limit=limit)
    if head.startswith(b"PK"):
        from agetech.exchange.npz import read_npz

        return read_npz(path, limit=limit)
    for mark, kind in OTHERS.items():
        if head.startswith(mark):
            raise ExchangeError("E_FILE_FORMAT", name, expected=READ, got=kind)
    from agetech.exchange.delimited import read_csv

    return read_csv(read_bytes(path, limit), name, profile=profile, encoding=encoding, fs=fs, limit=limit)


def _recorder(path: Path | str, head: bytes, layout: Any) -> Recording | None:
    """Return the recording of a recorder's own format; None for a table."""
    if layout is not None:
        from agetech.exchange.radar import displacement_recording, layout_of, read_radar

        chosen = layout_of(layout)
        return displacement_recording(read_radar(path, chosen), nearest=chosen.nearest, farthest=chosen.farthest)
    if head == EDF:
        from agetech.exchange.edf import read_edf

        return read_edf(path)
    if Path(path).suffix.lower() == ".hea":
        from agetech.exchange.wfdb import read_wfdb

        return read_wfdb(path)
    return None


def write(recording: Recording, path: Path | str) -> None:
    """Write a recording as .csv, .parquet or .npz, whole or not at all; reading it gives an equal recording.

    ExchangeError for another ending, a place that refuses, or a table that cannot hold the recording.
    """
    ending = Path(path).suffix.lower()
    if ending == ".csv":
        from agetech.exchange.delimited import write_csv

        write_csv(recording, path)
    elif ending == ".parquet":
        from agetech.exchange.parquet import write_parquet

        write_parquet(recording, path)
    elif ending == ".npz":
        from agetech.exchange.npz import write_npz

        write_npz(recording, path)
    else:
        raise ExchangeError("E_FILE_FORMAT", Path(path).name, expected=".csv, .parquet, .npz", got=ending or "no ending")
