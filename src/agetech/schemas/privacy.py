"""Pseudonyms, redaction by purpose, and release of a group under k-anonymity; all read the privacy labels of the fields.

A pseudonym is a keyed hash: an 18-digit number has about 1e9 plausible values, so an unkeyed hash of it is no protection.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from agetech.errors import SchemaError
from agetech.schemas.instants import Instant
from agetech.schemas.meaning import Label, meanings
from agetech.schemas.model import Model, parts
from agetech.schemas.v1.consent import Consent, permits
from agetech.schemas.v1.datatypes import Document

T = TypeVar("T")
Strictness = Literal["strict", "lenient"]
LEAST_KEY = 16
_ID_DIGITS = 18
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def pseudonym(key: bytes, given: str, *, scope: str = "") -> str:
    """Return the pseudonym of an identifier: HMAC-SHA-256 under `key`, 128 bits of it; another scope (export) gives another.

    SchemaError E_KEY for a key shorter than 16 bytes. The key is kept apart from the data; without it nothing can be tried out.
    """
    secret: Any = key
    if not isinstance(secret, bytes) or len(secret) < LEAST_KEY:
        raise SchemaError("E_KEY", "key", expected=f"at least {LEAST_KEY} bytes", got=type(secret).__name__)
    told = scope.encode() + b"\x00" + given.encode()
    return "p" + hmac.new(key, told, hashlib.sha256).hexdigest()[:32]


def resident_number(text: str) -> bool:
    """Return True for an 18-digit Chinese resident number whose check character is right (GB 11643-1999)."""
    if len(text) != _ID_DIGITS or not text[:-1].isascii() or not text[:-1].isdigit():
        return False
    total = sum(int(d) * w for d, w in zip(text[:-1], _WEIGHTS, strict=True))
    return text[-1].upper() == "10X98765432"[total % 11]


def redact(document: Document, *, permitted: Iterable[str] = (), keep_quasi: bool = False) -> dict[str, Any]:
    """Return content without direct identifiers, without sensitive fields whose category is not permitted, without quasi ones.

    permitted: categories of sensitive data (health, whereabouts ...) that a consent allows for the purpose. What is left is content,
    not a document: required fields may be gone.
    """
    allowed = frozenset(permitted)
    return _redacted(document, allowed, keep_quasi=keep_quasi)


def _redacted(model: Model, allowed: frozenset[str], *, keep_quasi: bool) -> dict[str, Any]:
    made = {}
    for name, meaning in meanings(type(model)).items():
        value = model.__dict__.get(name)
        gone = (
            meaning.label == "direct"
            or (meaning.label == "quasi" and not keep_quasi)
            or (meaning.label == "sensitive" and meaning.category not in allowed)
        )
        if value is not None and not gone:
            made[name] = _part(value, allowed, keep_quasi=keep_quasi)
    return made


def _part(value: Any, allowed: frozenset[str], *, keep_quasi: bool) -> Any:
    if isinstance(value, Model):
        return _redacted(value, allowed, keep_quasi=keep_quasi)
    if isinstance(value, tuple | list):
        return [_part(item, allowed, keep_quasi=keep_quasi) for item in value]
    if isinstance(value, dict):
        return {key: _part(item, allowed, keep_quasi=keep_quasi) for key, item in value.items()}
    return value.text if isinstance(value, Instant) else value


class Gate:
    """The consent of many persons, asked before each chunk: a withdrawal counts from the next chunk on."""

    def __init__(self, consents: Iterable[Consent], *, purpose: str, recipient: str) -> None:
        self.purpose, self.recipient, self.withheld = purpose, recipient, 0
        self.held: dict[str, list[Consent]] = {}
        for consent in consents:
            self.held.setdefault(consent.subject.id, []).append(consent)

    def add(self, consent: Consent) -> None:
        """Take in a new record; of two with one id the later counts."""
        mine = self.held.setdefault(consent.subject.id, [])
        mine[:] = [c for c in mine if c.id != consent.id] + [consent]

    def allows(self, subject: str, category: str, at: Instant) -> bool:
        """Return True where the person's records permit it at `at`; no record means no."""
        return permits(self.held.get(subject, []), category, self.purpose, self.recipient, at)

    def check(self, subject: str, category: str, at: Instant) -> None:
        """Raise SchemaError E_CONSENT where the person's records do not permit it."""
        if not self.allows(subject, category, at):
            raise SchemaError("E_CONSENT", "consent", expected=f"{category}, {self.purpose}, {self.recipient}")

    def passing(
        self, chunks: Iterable[tuple[Instant, T]], subject: str, category: str, *, mode: Literal["strict", "lenient"]
    ) -> Iterator[T]:
        """Yield the chunks of (instant of delivery, data) that may leave; consent is asked anew before each one.

        A record that `add` brings in while this runs counts from the next chunk on. strict: SchemaError E_CONSENT at the first chunk
        that may not leave, so that a stream ends loudly; lenient: such chunks are held back and counted in `withheld`.
        """
        for at, chunk in chunks:
            if mode == "strict":
                self.check(subject, category, at)
            elif not self.allows(subject, category, at):
                self.withheld += 1
                continue
            yield chunk


@dataclass(frozen=True, slots=True)
class Release:
    """Rows fit to leave, the k they reach, and how many were held back."""

    rows: tuple[dict[str, Any], ...]
    k: int
    held_back: int
    quasi: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Release(rows={len(self.rows)}, k={self.k}, held_back={self.held_back})"


_AGED = 90


def age_band(year: int, *, now: int) -> str:
    """Return the five-year band of an age; 90 and over is one band."""
    age = now - year
    return "90+" if age >= _AGED else f"{age // 5 * 5}-{age // 5 * 5 + 4}"


def release(
    rows: Sequence[Mapping[str, Any]],
    quasi: Sequence[str],
    *,
    k: int = 5,
    coarsen: Sequence[Callable[[dict[str, Any]], dict[str, Any]]] = (),
) -> Release:
    """Return the rows of persons whose quasi-identifiers are shared by at least k; the rest is held back and counted.

    coarsen: steps tried in order (age to bands, place to district) before any row is held back. If rows would be held back in a
    number below k they could be found by difference, so the smallest released group goes with them. SchemaError E_ANONYMITY where
    nothing can be released.
    """
    held = [dict(row) for row in rows]
    for step in (None, *coarsen):
        held = held if step is None else [step(row) for row in held]
        sizes = Counter(_group(row, quasi) for row in held)
        if held and min(sizes.values()) >= k:
            return Release(tuple(held), min(sizes.values()), 0, tuple(quasi))
    sizes = Counter(_group(row, quasi) for row in held)
    good = {g: n for g, n in sizes.items() if n >= k}
    back = len(held) - sum(good.values())
    while good and 0 < back < k:
        smallest = min(good, key=lambda g: (good[g], str(g)))
        back += good.pop(smallest)
    if not good:
        raise SchemaError("E_ANONYMITY", "release", expected=f">= {k}", got=max(sizes.values(), default=0))
    kept = tuple(row for row in held if _group(row, quasi) in good)
    return Release(kept, min(good.values()), back, tuple(quasi))


def _group(row: Mapping[str, Any], quasi: Sequence[str]) -> tuple[str, ...]:
    return tuple(repr(row.get(name)) for name in quasi)


def unlabelled(model: type[Model]) -> list[str]:
    """Return `Model.field: what lacks` of every field below a model that does not say meaning, label or, for numbers, unit."""
    found = []
    for part in [model, *parts(model)]:
        for name, meaning in meanings(part).items():
            lacks = [w for w, ok in (("en", meaning.en), ("zh", meaning.zh), ("label", meaning.label in get_args(Label))) if not ok]
            text = str(part.model_fields[name].annotation) + str(part.model_fields[name].metadata)
            if meaning.unit is None and any(kind in text for kind in ("Decimal", "Quantity", "Natural", "<class 'int'>")):
                lacks.append("unit")
            if meaning.binding is None and ("Literal[" in text or "Coding" in text) and name != "schema":
                lacks.append("binding")
            found += [f"{part.__name__}.{name}: {', '.join(lacks)}"] if lacks else []
    return found
