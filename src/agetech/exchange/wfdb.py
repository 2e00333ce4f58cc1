"""WFDB records (PhysioNet): a header that contradicts its signal file is an error."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from agetech.core import Recording
from agetech.errors import ExchangeError
from agetech.exchange.edf import unit_of
from agetech.exchange.extras import extra

MOST_SAMPLES = 1 << 30
BITS = {"8": 8, "16": 16, "61": 16, "80": 8, "160": 16, "212": 12, "24": 24, "32": 32}


def read_wfdb(path: Path | str) -> Recording:
    """Return the signals of a WFDB record, named by their descriptions; path: of the header, with or without `.hea`.

    Signal files must lie beside the header. NaN marks missing samples. ExchangeError for a header without signals, with
    another folder in a file name, or that names more samples than its files hold; E_EXTRA without the extra `wfdb`.
    """
    header = Path(path) if str(path).endswith(".hea") else Path(str(path) + ".hea")
    check_header(header)
    library = extra("wfdb", "wfdb")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            record = library.rdrecord(str(header.with_suffix("")), smooth_frames=True)
    except Exception as error:  # noqa: BLE001 - whatever the library raises is a damaged record
        raise ExchangeError("E_FILE_DAMAGED", header.name, expected="WFDB", got=str(error)) from None
    if record.p_signal is None or record.n_sig == 0:
        raise ExchangeError("E_FILE_DAMAGED", header.name, expected="signals", got="none")
    names = [f"{name} {k}" if record.sig_name.count(name) > 1 else name for k, name in enumerate(record.sig_name)]
    channels = {name: np.array(record.p_signal[:, k], dtype=np.float64) for k, name in enumerate(names)}
    return Recording(channels, fs=float(record.fs), units={name: unit_of(record.units[k]) for k, name in enumerate(names)})


def check_header(header: Path) -> None:
    """Raise ExchangeError where the text of a header contradicts itself or the files beside it."""
    try:
        lines = [line for line in header.read_text(encoding="ascii").splitlines() if line.strip() and not line.startswith("#")]
    except UnicodeDecodeError:
        raise ExchangeError("E_FILE_DAMAGED", header.name, expected="ASCII", got="other bytes") from None
    except OSError as error:
        raise ExchangeError("E_FILE_PLACE", header.name, got=error.strerror or str(error)) from None
    try:
        first = lines[0].split()
        signals = int(first[1])
        rate = float(first[2].split("/")[0].split("(")[0]) if len(first) > 2 else 250.0  # noqa: PLR2004 - the format's default
        samples = int(first[3]) if len(first) > 3 else 0  # noqa: PLR2004
    except (IndexError, ValueError):
        raise ExchangeError("E_FILE_DAMAGED", header.name, expected="name, signals, rate, samples", got=(lines or [""])[0]) from None
    if not 1 <= signals <= len(lines) - 1 or not rate > 0.0 or not 0 <= samples <= MOST_SAMPLES:
        raise ExchangeError("E_FILE_DAMAGED", header.name, expected="signals, rate > 0, samples", got=lines[0])
    need: dict[str, float] = {}
    for line in lines[1 : 1 + signals]:
        parts = line.split()
        kind = parts[1].split("x")[0].split(":")[0].split("+")[0] if len(parts) > 1 else ""
        if Path(parts[0]).name != parts[0] or parts[0] in (".", "..", "~", "-"):
            raise ExchangeError("E_FILE_DAMAGED", header.name, expected="a file beside the header", got=parts[0])
        need[parts[0]] = need.get(parts[0], 0.0) + samples * BITS.get(kind, 0) / 8.0
    for name, least in need.items():
        file = header.parent / name
        if not file.is_file() or file.stat().st_size < int(least):
            got = f"{file.stat().st_size} bytes" if file.is_file() else "no such file"
            raise ExchangeError("E_FILE_DAMAGED", name, expected=f"{int(least)} bytes", got=got)
