"""UCUM expressions: parsed to a dimension and a factor, so that any unit a payload brings can be judged.

Grammar and atoms: UCUM 2.1 (https://ucum.org/ucum), case sensitive codes; the atoms are those met in care, home and
laboratory data. An expression with an unknown atom is no unit here: it is refused, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import pi

from agetech.errors import SchemaError

UNKNOWN = "{unknown}"  # a number whose source states no unit: comparable with nothing
Dimension = tuple[tuple[str, int], ...]

PREFIXES = {
    "Y": 1e24, "Z": 1e21, "E": 1e18, "P": 1e15, "T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "h": 1e2, "da": 1e1,
    "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15, "a": 1e-18, "z": 1e-21, "y": 1e-24,
}  # fmt: skip

# atom: (factor, dimension as text, takes a prefix); base dimensions m s g K C cd rad and own ones for arbitrary units
_METRIC = {
    "m": (1.0, "m"), "s": (1.0, "s"), "g": (1.0, "g"), "K": (1.0, "K"), "C": (1.0, "C"), "cd": (1.0, "cd"), "rad": (1.0, "rad"),
    "mol": (6.02214076e23, ""), "Hz": (1.0, "s-1"), "N": (1e3, "g.m.s-2"), "Pa": (1e3, "g.m-1.s-2"), "J": (1e3, "g.m2.s-2"),
    "W": (1e3, "g.m2.s-3"), "A": (1.0, "C.s-1"), "V": (1e3, "g.m2.s-2.C-1"), "F": (1e-3, "C2.s2.g-1.m-2"), "Ohm": (1e3, "g.m2.s-1.C-2"),
    "S": (1e-3, "C2.s.g-1.m-2"), "Wb": (1e3, "g.m2.s-1.C-1"), "T": (1e3, "g.s-1.C-1"), "H": (1e3, "g.m2.C-2"), "Cel": (1.0, "K"),
    "lm": (1.0, "cd.rad2"), "lx": (1.0, "cd.rad2.m-2"), "Bq": (1.0, "s-1"), "Gy": (1.0, "m2.s-2"), "Sv": (1.0, "m2.s-2"), "sr": (1.0, "rad2"),  # noqa: E501 - one table
    "l": (1e-3, "m3"), "L": (1e-3, "m3"), "ar": (1e2, "m2"), "t": (1e6, "g"), "bar": (1e8, "g.m-1.s-2"), "u": (1.66053906660e-24, "g"),
    "eV": (1.602176634e-16, "g.m2.s-2"), "cal": (4184.0, "g.m2.s-2"), "U": (1e-6 * 6.02214076e23 / 60, "s-1"), "kat": (6.02214076e23, "s-1"),  # noqa: E501 - one table
    "eq": (6.02214076e23, ""), "osm": (6.02214076e23, ""), "g%": (1e4, "g.m-3"), "m[H2O]": (9806650.0, "g.m-1.s-2"), "m[Hg]": (133322000.0, "g.m-1.s-2"),  # noqa: E501 - one table
    "B": (1.0, "bel"), "B[SPL]": (1.0, "bel.spl"), "B[V]": (1.0, "bel.v"), "B[mV]": (1.0, "bel.mv"), "[iU]": (1.0, "iu"), "[IU]": (1.0, "iu"),  # noqa: E501 - one table
    "bit": (1.0, "bit"), "By": (8.0, "bit"), "Bd": (1.0, "s-1"), "[g]": (9.80665, "m.s-2"), "tex": (1e-3, "g.m-1"), "Np": (1.0, "np"), "st": (1.0, "m3"),  # noqa: E501 - one table
}  # fmt: skip
_PLAIN = {
    "%": (1e-2, ""), "[ppth]": (1e-3, ""), "[ppm]": (1e-6, ""), "[ppb]": (1e-9, ""), "10*": (10.0, ""), "10^": (10.0, ""), "[pi]": (pi, ""),
    "min": (60.0, "s"), "h": (3600.0, "s"), "d": (86400.0, "s"), "wk": (604800.0, "s"), "mo": (2629800.0, "s"), "a": (31557600.0, "s"),
    "a_t": (31556925.216, "s"), "a_j": (31557600.0, "s"), "mo_j": (2629800.0, "s"), "deg": (2 * pi / 360, "rad"), "'": (2 * pi / 21600, "rad"),  # noqa: E501 - one table
    "''": (2 * pi / 1296000, "rad"), "[degF]": (5 / 9, "K"), "[in_i]": (0.0254, "m"), "[ft_i]": (0.3048, "m"), "[yd_i]": (0.9144, "m"),
    "[mi_i]": (1609.344, "m"), "[lb_av]": (453.59237, "g"), "[oz_av]": (28.349523125, "g"), "[stone_av]": (6350.29318, "g"), "[lbf_av]": (4448.2216152605, "g.m.s-2"),  # noqa: E501 - one table
    "[psi]": (6894757.293168361, "g.m-1.s-2"), "atm": (101325000.0, "g.m-1.s-2"), "[Cal]": (4184000.0, "g.m2.s-2"), "[pH]": (1.0, "ph"),
    "[arb'U]": (1.0, "arb"), "[diop]": (1.0, "m-1"), "[foz_us]": (2.95735295625e-5, "m3"), "[HP]": (745699.87158227, "g.m2.s-3"),
    "[knot_i]": (1852 / 3600, "m.s-1"), "[MET]": (3.5e-6 / 60 / 1e3, "m3.s-1.g-1"), "[drp]": (5e-8, "m3"), "circ": (2 * pi, "rad"), "gon": (pi / 200, "rad"),  # noqa: E501 - one table
}  # fmt: skip

_TERM = re.compile(
    r"(?P<atom>(?:[^\d./(){}\[\]+\-]|\[[^\]{}]*\]|10[*^])+)?(?P<power>[+-]?\d+)?(?P<note>\{[^{}]*\})?|(?P<number>\d+)(?P<note2>\{[^{}]*\})?"
)
_DIM = re.compile(r"([a-zA-Z]+)(-?\d+)?")
_LONGEST = 64
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Parsed:
    """A unit: `dimension` as sorted (base, power) pairs, `factor` to the base units, `special` for offsets and logarithms."""

    dimension: Dimension
    factor: float
    special: bool = False


def _dimension(text: str) -> dict[str, int]:
    return {base: int(power or 1) for base, power in (found for part in text.split(".") if part for found in _DIM.findall(part))}


@lru_cache(maxsize=2048)
def parse(code: str) -> Parsed:
    """Return the parsed unit of a UCUM code; SchemaError E_UNIT_UCUM for what is none."""
    if not 0 < len(code) <= _LONGEST or not code.isascii() or " " in code:
        raise SchemaError("E_UNIT_UCUM", expected="a UCUM code", got=_safe(code))
    if code == UNKNOWN:
        return Parsed((("unknown", 1),), 1.0, special=True)
    reader = _Expression(code)
    factor, dims, special = reader.product(0)
    if reader.at != len(code):
        reader.refuse()
    return Parsed(tuple(sorted((k, v) for k, v in dims.items() if v)), factor, special)


def _safe(code: str) -> str:
    return code if len(code) <= 20 and code.isascii() else f"text of {len(code)} characters"  # noqa: PLR2004 - longer text may be a person's


class _Expression:
    def __init__(self, code: str) -> None:
        self.code, self.at = code, 0

    def refuse(self) -> None:
        raise SchemaError("E_UNIT_UCUM", expected="a UCUM code", got=_safe(self.code))

    def product(self, depth: int) -> tuple[float, dict[str, int], bool]:
        factor, special, sign = 1.0, False, 1
        dims: dict[str, int] = {}
        if depth > _DEEPEST:
            self.refuse()
        if self.code[self.at : self.at + 1] == "/":
            self.at, sign = self.at + 1, -1
        while True:
            more, part, odd = self._component(depth)
            factor *= more**sign
            special |= odd
            for base, power in part.items():
                dims[base] = dims.get(base, 0) + sign * power
            sign = {".": 1, "/": -1}.get(self.code[self.at : self.at + 1], 0)
            if not sign:
                return factor, dims, special
            self.at += 1

    def _component(self, depth: int) -> tuple[float, dict[str, int], bool]:
        if self.code[self.at : self.at + 1] == "(":
            self.at += 1
            inner = self.product(depth + 1)
            if self.code[self.at : self.at + 1] != ")":
                self.refuse()
            self.at += 1
            return inner
        found = _TERM.match(self.code, self.at)
        if not found or not found.group():
            self.refuse()
            raise AssertionError  # refuse never returns
        self.at = found.end()
        atom, power = found.group("atom"), found.group("power")
        if atom is None:
            number = power or found.group("number")
            return (float(number) if number and number.isdigit() else self._note(number)), {}, False
        factor, dims = self._atom(atom)
        exponent = int(power or 1)
        if not exponent or abs(exponent) > 99:  # noqa: PLR2004 - 10*15 and the like are the largest met
            self.refuse()
        return factor**exponent, {b: p * exponent for b, p in dims.items()}, atom.endswith(("Cel", "[degF]", "[pH]")) or "B" in atom

    def _note(self, number: str | None) -> float:
        if number is not None:
            self.refuse()
        return 1.0

    def _atom(self, atom: str) -> tuple[float, dict[str, int]]:
        if atom in _PLAIN:
            factor, dims = _PLAIN[atom]
            return factor, _dimension(dims)
        if atom in _METRIC:
            factor, dims = _METRIC[atom]
            return factor, _dimension(dims)
        for length in (1, 2):
            prefix, rest = PREFIXES.get(atom[:length]), atom[length:]
            if prefix is not None and rest in _METRIC:
                factor, dims = _METRIC[rest]
                return prefix * factor, _dimension(dims)
        self.refuse()
        raise AssertionError  # refuse never returns


def same_dimension(one: str, other: str) -> bool:
    """Return True where two UCUM codes measure the same kind of quantity; the unknown unit matches nothing but itself."""
    return parse(one).dimension == parse(other).dimension
