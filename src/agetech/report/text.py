"""The words and numbers of pages: texts in two languages, safe names, times and figures."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

from agetech.errors import Language, language
from agetech.units import Unit

LONGEST_NAME = 200


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, str]]:
    """Return every text of the report layer by its key, in English and Chinese."""
    read: dict[str, dict[str, str]] = json.loads(files("agetech").joinpath("report", "texts.json").read_text(encoding="utf-8"))
    return read


def say(lang: Language, key: str, **facts: object) -> str:
    """Return a text of the layer in one language with its places filled."""
    return texts()[key][lang].format(**facts)


def chosen(lang: Language | None) -> Language:
    """Return the language asked for, or that of the surroundings."""
    return lang or language()


def visible(text: object, longest: int = LONGEST_NAME) -> str:
    r"""Return a name from outside as one printable line: control, direction and surrogate characters become \uXXXX."""
    plain = str(text)
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in plain[: longest + 1])
    return shown if len(plain) <= longest else shown[:longest] + "..."


def figure(value: float, digits: int = 3) -> str:
    """Return a number with so many significant digits, never in exponent form for everyday sizes; a dash for NaN."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == 0.0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if -4 <= size < 7:  # noqa: PLR2004 - everyday sizes
        return f"{value:.{max(0, digits - 1 - size)}f}"
    return f"{value:.{digits - 1}e}"


def with_unit(value: str, unit: Unit) -> str:
    """Return a figure with the sign of its unit; plain numbers and codes carry none."""
    sign = unit_sign(unit)
    return f"{value} {sign}" if sign and value != "–" else value


def unit_sign(unit: Unit) -> str:
    """Return how a unit is written for readers: m/s², °, 1 and sample indices without a sign."""
    return {"1": "", "{sample}": "", "{code}": "", "{bits}": "", "m/s2": "m/s²", "m/s3": "m/s³", "deg": "°", "[g]": "g"}.get(
        unit.code, unit.code.strip("{}[]")
    )


def clock(seconds: float, start: datetime | None = None, *, tenths: bool = False) -> str:
    """Return a moment: the time of day where the start is known, else h:mm:ss since the beginning."""
    if math.isnan(seconds):
        return "–"
    if start is not None:
        moment = start + timedelta(seconds=seconds)
        return moment.strftime("%H:%M:%S") + (f".{moment.microsecond // 100_000}" if tenths else "")
    sign, whole = ("-", -seconds) if seconds < 0 else ("", seconds)
    ticks = math.floor(whole * 10.0 + 0.5) if tenths else math.floor(whole + 0.5) * 10
    total, tenth = divmod(ticks, 10)
    text = f"{sign}{total // 3600}:{total // 60 % 60:02d}:{total % 60:02d}"
    return text + (f".{tenth}" if tenths else "")


def length_of_time(seconds: float, lang: Language) -> str:
    """Return a duration in words that a family reads: 0.6 s, 12 s, 3 min 20 s, 2 h 5 min."""
    if math.isnan(seconds):
        return "–"
    if seconds < 10.0:  # noqa: PLR2004 - below it tenths matter
        return say(lang, "span.s", s=f"{seconds:.1f}")
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return say(lang, "span.h", h=hours, m=minutes)
    if minutes:
        return say(lang, "span.min", m=minutes, s=rest)
    return say(lang, "span.s", s=rest)


def member(labels: type[Any] | None, code: int, lang: Language) -> str:
    """Return the reader's word for a coded value; the member's own name where the layer has no word for it."""
    if labels is None:
        return str(code)
    try:
        name = str(labels(code).name)
    except ValueError:
        return str(code)
    key = f"label.{name}"
    return say(lang, key) if key in texts() else name.lower().replace("_", " ")


def capital(words: str) -> str:
    """Return words with a capital first letter, the rest as it is."""
    return words[:1].upper() + words[1:]
