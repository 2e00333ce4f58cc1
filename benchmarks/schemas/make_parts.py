"""Random parts of documents, from a seed: instants, numbers, codes, values."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from agetech.schemas import registry
from agetech.schemas.instants import Instant

Content = dict[str, Any]
WORDS = ("a", "walk", "Peking 北京", "x/y~z", 'quote " and \\ back', "é", "line\nbreak", "0", "-", "𠀀")
ROLES = ("nurse", "aide", "child", "spouse", "doctor", "elder")


def seeded(seed: int | str) -> random.Random:
    """Return a generator that draws the same again from the same seed."""
    return random.Random(seed)  # noqa: S311 - synthetic data, no secrets


def moment(r: random.Random, ns: int | None = None) -> str:
    """Return a random instant text: offsets, fraction digits and spellings vary."""
    base = Instant.from_ns(ns if ns is not None else r.randint(0, 2**61), digits=0).text[:-1]
    digits = r.randint(0, 9)
    fraction = "." + "".join(r.choice("0123456789") for _ in range(digits)) if digits else ""
    return base + fraction + r.choice(("Z", "+00:00", "+08:00", "-04:00", "+05:45"))


def number(r: random.Random) -> Decimal:
    """Return a random number with digits to lose: trailing zeros, exponents, many places."""
    kind = r.randint(0, 5)
    if kind == 0:
        return Decimal(r.randint(-(10**6), 10**6))
    if kind == 1:
        return Decimal(f"{r.randint(0, 999)}.{r.randint(0, 9)}0")
    if kind == 2:
        return Decimal(f"{r.randint(1, 9)}.{r.randint(0, 99):02d}E{r.choice('+-')}{r.randint(7, 200)}")
    return Decimal(f"{r.randint(-500, 500)}.{r.randint(0, 10**9)}")


def token(r: random.Random) -> str:
    """Return a random token."""
    return r.choice("abcdefgh") + "".join(r.choice("abcxyz019_-.") for _ in range(r.randint(0, 12)))


def coding(r: random.Random) -> Content:
    """Return a random coding."""
    made: Content = {"system": r.choice(("http://a.example/codes", "urn:x:y")), "code": token(r)}
    return made | ({"display": r.choice(WORDS[:3])} if r.random() < 0.5 else {})


def quantity(r: random.Random, unit: str | None = None) -> Content:
    """Return a random quantity."""
    made: Content = {"value": number(r), "unit": unit or r.choice(("1", "m/s2", "mm[Hg]", "{score}", "/min"))}
    made |= {"comparator": r.choice(("<", ">="))} if r.random() < 0.2 else {}
    return made | ({"display_unit": r.choice(("mmHg", "次/分"))} if r.random() < 0.3 else {})


def value(r: random.Random) -> Any:
    """Return a random value of every kind an observation can hold."""
    start = r.randint(0, 2**60)
    return r.choice(
        (
            lambda: quantity(r),
            lambda: coding(r),
            lambda: [coding(r), coding(r)],
            lambda: r.random() < 0.5,
            lambda: r.randint(-1000, 1000),
            lambda: r.choice(WORDS),
            lambda: {"start": moment(r, start), "end": moment(r, start + 10**14)},
            lambda: {"numerator": quantity(r), "denominator": quantity(r)},
            lambda: {"at": r.choice((moment(r), "2026", "2026-11", "2026-11-23"))},
        )
    )()


def ref(r: random.Random, kind: str = "elder-profile") -> Content:
    """Return a random reference."""
    return {"kind": kind, "id": f"p{r.randint(0, 10**9)}"}


def envelope(r: random.Random, name: str) -> Content:
    """Return the envelope of a random document."""
    made: Content = {
        "schema": f"{registry.AUTHORITY}{name}/1",
        "schema_version": registry.model(name).version,
        "id": f"d{r.randint(0, 10**12)}",
    }
    made |= {"recorded_at": moment(r), "producer": {"name": r.choice(WORDS[:3]), "version": "1.0"}}
    made |= {"extensions": {"http://a.example/x": {"deep": [1, Decimal("1.00"), None, {"y": r.choice(WORDS)}]}}} if r.random() < 0.3 else {}
    return made | ({"provenance": [{"step": "derived", "tool": "t@1"}]} if r.random() < 0.2 else {})
