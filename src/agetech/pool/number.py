"""Patent numbers: the forms of CN, WO, EP and US, their check digit, and the forms that no office can ever give out.

Forms (ZC 0006-2003 for application numbers, ZC 0007-2012 for publication numbers, WIPO ST.6 and ST.16 for the others; from memory
save the check digit, whose weights were read in two public accounts):

- `CN` + 12 digits + point + check digit (applications since October 2003), or 8 digits + point + check digit before; `ZL` as CN;
- `CN` + 7 or 9 digits + kind A, B, C, U, Y, S: a publication; it carries no check digit;
- `WO` + 4-digit year + `/` + 6 digits; `PCT/` + office + year + `/` + 6 digits;
- `EP` + 7 digits + kind A or B; `US` + 6 to 8 digits + kind, or year + `/` + 7 digits + kind A for an application.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from agetech.errors import SchemaError

Form = Literal["application", "publication"]
Right = Literal["invention", "utility_model", "design"]
INVENTED_YEAR = 9999
RIGHTS: dict[str, Right] = {"1": "invention", "2": "utility_model", "3": "design", "8": "invention", "9": "utility_model"}
KINDS: dict[str, Right] = {
    "A": "invention",
    "B": "invention",
    "C": "invention",
    "U": "utility_model",
    "Y": "utility_model",
    "S": "design",
}
_FORMS: tuple[tuple[str, Form, re.Pattern[str]], ...] = (
    ("CN", "application", re.compile(r"(?:CN|ZL)(?P<digits>(?P<year>[0-9]{4})(?P<right>[12389])[0-9]{7})\.(?P<check>[0-9X])")),
    ("CN", "application", re.compile(r"(?:CN|ZL)(?P<digits>(?P<short>[0-9]{2})(?P<right>[12389])[0-9]{5})\.(?P<check>[0-9X])")),
    ("CN", "publication", re.compile(r"CN(?P<serial>[0-9]{7}|[0-9]{9})(?P<kind>[ABCUYS])")),
    ("WO", "publication", re.compile(r"WO(?P<year>[0-9]{4})/[0-9]{6}(?P<suffix>A[1-9])?")),
    ("WO", "application", re.compile(r"PCT/(?P<office>[A-Z]{2})(?P<year>[0-9]{4})/[0-9]{6}")),
    ("EP", "publication", re.compile(r"EP(?P<serial>[0-9]{7})(?P<suffix>[AB][1-9])")),
    ("US", "publication", re.compile(r"US(?P<year>[0-9]{4})/[0-9]{7}(?P<suffix>A[1-9])")),
    ("US", "publication", re.compile(r"US(?P<serial>[0-9]{6,8})(?P<suffix>A|B[12]|E|S1?)")),
)
_SIGNED = re.compile(r"[0-9]{12}\.[0-9X]|[0-9]{8}\.[0-9X]")


@dataclass(frozen=True, slots=True)
class PatentNumber:
    """A number in its one spelling: without spaces and commas, CN in front where ZL or nothing stood.

    year: of filing (application) or of publication; None where the number does not tell. right: where the number tells.
    """

    text: str
    office: str
    form: Form
    year: int | None
    right: Right | None
    invented: bool


def parse_number(text: str) -> PatentNumber:
    """Return a number in its one spelling; SchemaError E_POOL_NUMBER for a form no office uses, E_POOL_CHECK_DIGIT."""
    plain = re.sub(r"[\s,]", "", text).upper()
    plain = "CN" + plain if _SIGNED.fullmatch(plain) else plain
    for office, form, pattern in _FORMS:
        found = pattern.fullmatch(plain)
        if found is None:
            continue
        parts = found.groupdict()
        if "check" in parts and parts["check"] != check_digit(parts["digits"]):
            raise SchemaError("E_POOL_CHECK_DIGIT", "number", expected=check_digit(parts["digits"]), got=parts["check"])
        year = int(parts["year"]) if parts.get("year") else _century(parts.get("short"))
        right = RIGHTS.get(parts.get("right") or "") or (KINDS.get(parts["kind"]) if "kind" in parts else None)
        spelled = "CN" + plain[2:] if office == "CN" else plain
        return PatentNumber(spelled, office, form, year, right, _invented(year, parts.get("serial")))
    raise SchemaError("E_POOL_NUMBER", "number", expected="CN..., PCT/..., WO..., EP..., US...", got=text)


def check_digit(digits: str) -> str:
    """Return the check digit of a Chinese application number of 8 or 12 digits: weights 2 to 9, then 2 to 5; 10 is X."""
    return "0123456789X"[sum(int(digit) * (place % 8 + 2) for place, digit in enumerate(digits)) % 11]


def _century(short: str | None) -> int | None:
    """Return the year of the two digits of an old number: 85 to 99, 00 to 03."""
    if short is None:
        return None
    return 1900 + int(short) if int(short) >= 85 else 2000 + int(short)  # noqa: PLR2004 - the office opened in 1985


def _invented(year: int | None, serial: str | None) -> bool:
    """Return whether no office can have given the number out: year 9999, or a serial number of the highest block.

    CN publications begin with 1 to 3; EP counts below 5 million, US below 13 million (2026), so 99 in front stays free for long.
    """
    return year == INVENTED_YEAR or (serial is not None and serial.startswith("99") and len(serial) > 6)  # noqa: PLR2004
