"""Text out of bytes: UTF-8, GBK and GB18030; where both readings are possible the caller is asked.

A reading is taken without being declared only if it is the only one that decodes, or the only one that reads as
everyday text: at least nine in ten of its non-ASCII characters are of GB 2312's first level, its signs, or accented
Latin letters, and fewer than half are in the other reading. Nothing else is inferred.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from agetech.errors import ExchangeError

DECLARABLE = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "gbk": "gbk",
    "gb18030": "gb18030",
    "gb2312": "gb2312",
    "ascii": "ascii",
}
EVERYDAY, STRANGE = 0.9, 0.5
FIRST_LEVEL = 0xD7  # last lead byte of GB 2312's common characters
SAMPLE = 20_000  # non-ASCII characters that are looked at


def decode(data: bytes, *, encoding: str | None = None, known: Iterable[str] = (), path: str = "") -> tuple[str, str]:
    """Return (text, encoding) of bytes.

    encoding: as declared by the caller or a profile; it is then the only reading. known: column names that may stand in
    the first line; a reading that shows one is taken. ExchangeError E_ENCODING where no reading decodes,
    E_ENCODING_DOUBT where two do.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data[:4096]:
        raise ExchangeError("E_ENCODING", path, expected="UTF-8, GBK, GB18030", got="UTF-16 / binary")
    if data.startswith(codecs.BOM_UTF8):
        return _strict(data[3:], "utf-8", path), "utf-8"
    if encoding is not None:
        name = DECLARABLE.get(encoding.lower())
        if name is None:
            raise ExchangeError("E_ENCODING", path, expected=", ".join(sorted(set(DECLARABLE.values()))), got=encoding)
        return _strict(data, name, path), name
    if data.isascii():
        return data.decode("ascii"), "ascii"
    readings = {name: text for name in ("utf-8", "gb18030") if (text := _try(data, name)) is not None}
    if not readings:
        raise ExchangeError("E_ENCODING", path, expected="UTF-8, GBK, GB18030", got=_damage(data))
    named = [name for name, text in readings.items() if _shows(text, known)]
    if len(named) == 1:
        return readings[named[0]], named[0]
    shares = {name: everyday(text) for name, text in readings.items()}
    for name, share in shares.items():
        others = [other for key, other in shares.items() if key != name]
        sure = share >= EVERYDAY or (name == "utf-8" and not others)
        if sure and all(other < STRANGE for other in others):
            return readings[name], name
    shown = " | ".join(f"{name}: {_excerpt(text)}" for name, text in readings.items())
    raise ExchangeError("E_ENCODING_DOUBT", path, expected=" | ".join(readings), got=shown)


def everyday(text: str) -> float:
    """Return the share of everyday characters among the first non-ASCII ones; 1 where there is none."""
    total = good = 0
    for sign in text:
        if sign.isascii():
            continue
        total += 1
        good += _common(sign)
        if total == SAMPLE:
            break
    return good / total if total else 1.0


def _common(sign: str) -> bool:
    if "\u00a0" <= sign <= "\u024f":
        return True
    try:
        return sign.encode("gb2312")[0] <= FIRST_LEVEL
    except UnicodeEncodeError:
        return False


def _strict(data: bytes, name: str, path: str) -> str:
    text = _try(data, name)
    if text is None:
        raise ExchangeError("E_ENCODING", path, expected=name.upper(), got=_damage(data))
    return text


def _try(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _damage(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"byte 0x{data[error.start]:02x} at {error.start}"
    return "?"


def _shows(text: str, known: Iterable[str]) -> bool:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    cells = {cell.strip().strip('"') for mark in (",", ";", "\t") for cell in first.split(mark)}
    return any(name in cells for name in known if not name.isascii())


def _excerpt(text: str) -> str:
    at = next((index for index, sign in enumerate(text) if not sign.isascii()), 0)
    return text[max(0, at - 2) : at + 8].replace("\r", " ").replace("\n", " ")
