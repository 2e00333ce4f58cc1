"""Faults of files, archives and saved states: F49 to F57."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import zipfile
from collections.abc import Iterator

import numpy as np

from agetech.core.checkpoint import read_blob, write_blob
from agetech.testing.faults.fault import Variant, fault

Rng = np.random.Generator
FLIPS = 1000
BOMB = 64 << 20  # bytes a bomb unpacks to: over every reader's limit for a file of its size


@fault("F49", "file", "truncated files", "文件截断", "RF")
def truncated(subject: bytes, rng: Rng) -> Iterator[Variant]:
    """Cut at every 64th of the file."""
    for part in range(64):
        yield Variant(f"{part}/64", subject[: len(subject) * part // 64])


@fault("F50", "file", "flipped bits", "比特翻转", "RFX")
def flipped(subject: bytes, rng: Rng) -> Iterator[Variant]:
    """Flip one bit, a thousand times."""
    for turn in range(FLIPS if subject else 0):
        data, place = bytearray(subject), int(rng.integers(0, len(subject)))
        data[place] ^= 1 << int(rng.integers(0, 8))
        yield Variant(f"{turn}: byte {place}", bytes(data))


EDF_FIELDS = {"records": (236, 8), "signals": (252, 4), "duration": (244, 8), "header bytes": (184, 8)}


@fault("F51", "file", "an EDF header that lies", "EDF 头部造假", "R")
def lying_edf(subject: bytes, rng: Rng) -> Iterator[Variant]:
    """Change the header of an EDF file: record count, number of signals, ranges, text where numbers stand."""

    def put(place: int, width: int, text: str) -> bytes:
        return subject[:place] + text.ljust(width)[:width].encode("latin-1") + subject[place + width :]

    for name, text in (
        ("records", "-1"),
        ("records", "99999999"),
        ("signals", "0"),
        ("signals", "9999"),
        ("duration", "0"),
        ("records", "many"),
    ):
        yield Variant(f"{name} {text}", put(*EDF_FIELDS[name], text))
    count = int(subject[252:256])
    for name, offset in (("physical", 104), ("digital", 120)):
        low, high = 256 + offset * count, 256 + (offset + 8) * count
        yield Variant(f"{name} range empty", put(high, 8, subject[low : low + 8].decode("latin-1")))
    yield Variant("not ASCII", put(8, 80, "张三".encode("gbk").decode("latin-1")))


def _npz(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _npy(shape: str, data: bytes = b"", descr: str = "<f8") -> bytes:
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode("latin-1")
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


@fault("F52", "archive", "decompression bombs", "解压炸弹", "R")
def bombs(subject: bytes, rng: Rng) -> Iterator[Variant]:
    """Give small files that unpack to 64 MiB of zeros: npz, gzip, and a zip within a zip."""
    zeros = bytes(BOMB)
    yield Variant("npz", _npz(acc=_npy(f"({BOMB // 8},)", zeros)))
    yield Variant("gzip", gzip.compress(zeros, 9, mtime=0))
    yield Variant("zip in zip", _npz(acc=_npz(acc=zeros)))


@fault("F53", "archive", "a header that claims 10^12 items", "头部声称 10^12 项", "R")
def claims(subject: bytes, rng: Rng) -> Iterator[Variant]:
    """Give npy and npz files with almost nothing in them."""
    yield Variant("npy", _npy("(1000000000000,)"))
    yield Variant("npz", _npz(acc=_npy("(1000000000000,)")))
    yield Variant("negative", _npz(acc=_npy("(-1,)")))


@fault("F54", "archive", "members that leave the folder", "归档路径穿越", "R")
def traversal(subject: bytes, rng: Rng) -> Iterator[Variant]:
    """Give archives with absolute, parent and clashing names, and with far too many members."""
    for name in ("../outside.npy", "/etc/outside.npy", "a/../../outside.npy", "C:\\outside.npy", "acc.npy\0.txt"):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(zipfile.ZipInfo(name), b"x")
        yield Variant(name.encode("unicode_escape").decode(), made.getvalue())
    yield Variant("case clash", _npz(acc=_npy("(0,)"), ACC=_npy("(0,)")))
    yield Variant("10,001 members", _npz(**{f"m{k}": b"" for k in range(10_001)}))


class _Payload:
    """Run code when unpickled: the file `unpickled` proves it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return eval, ("open('unpickled', 'w').close()",)


@fault("F55", "archive", "pickled code", "反序列化攻击", "R")
def pickled(subject: bytes, rng: Rng) -> Iterator[Variant]:
    """Give a pickle, an npy and an npz of objects, and a tagged YAML text."""
    code = pickle.dumps(_Payload())
    yield Variant("pickle", code)
    yield Variant("npy", _npy("(1,)", code, "|O"))
    yield Variant("npz", _npz(acc=_npy("(1,)", code, "|O")))
    yield Variant("yaml", b"!!python/object/apply:os.system ['touch unpickled']\n")


@fault("F56", "state", "a saved state that is damaged or another's", "状态数据损坏或不匹配", "R")
def damaged_state(subject: bytes, rng: Rng) -> Iterator[Variant]:
    """Change a saved state: magic, version, other algorithm, parameters, bits, length."""
    yield Variant("magic", b"AGTX" + subject[4:])
    yield Variant("format", subject[:4] + b"\x63\x00" + subject[6:])
    for part in range(1, 16):
        yield Variant(f"cut {part}/16", subject[: len(subject) * part // 16])
    yield from list(flipped(subject, rng))[:64]
    header, arrays = read_blob(subject)
    header.pop("arrays")
    yield Variant("older", write_blob({**header, "version": "0.0.1"}, arrays))
    yield Variant("newer", write_blob({**header, "version": "99.0.0"}, arrays))
    yield Variant("other parameters", write_blob({**header, "digest": "0" * 16}, arrays))
    for name, array in arrays.items():
        yield Variant(f"without {name}", write_blob(header, {k: v for k, v in arrays.items() if k != name}))
        if array.size:
            yield Variant(f"longer {name}", write_blob(header, {**arrays, name: np.concatenate([array, array])}))


@fault("F57", "state", "a state for another sampling rate", "状态用于其他采样率", "R")
def other_rate(subject: bytes, rng: Rng) -> Iterator[Variant]:
    """Change the rates that a saved state names."""
    header, arrays = read_blob(subject)
    header.pop("arrays")
    for factor in (0.5, 2.0):
        rates = {name: rate * factor for name, rate in header["rates"].items()}
        yield Variant(f"x {factor:g}", write_blob({**header, "rates": rates}, arrays))
