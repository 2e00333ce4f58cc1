"""Strict JSON in, exact JSON out: numbers keep their digits, anything doubtful is refused with its place.

Reading refuses duplicate keys, NaN and Infinity literals, depth, size, lone surrogates, invalid UTF-8 and numbers
too long to hold, with a JSON Pointer (RFC 6901). A number with a point or exponent becomes a Decimal of the very
digits written, a whole number an int. Writing gives each Decimal back as a JSON number with the same digits;
exponents are spelled as Python's decimal does (6.022e23 becomes 6.022E+23: same digits, same value).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any, NoReturn

from agetech.errors import AgetechError, SchemaError

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89abABcdefCDEF]")
_NEGATIVE_ZERO = re.compile(rb"-0(?![0-9.eE])")
_KEY = re.compile(r"[A-Za-z_$@][A-Za-z0-9_.:/#$@-]{0,79}")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a text may hold: bytes in all, levels of nesting, characters of one number."""

    size: int = 64 * 1024 * 1024
    depth: int = 64
    digits: int = 1000


LIMITS = Limits()


class _DoubtfulError(Exception):
    """Something the quick reader will not judge; the exact reader finds the place."""


def pointer(parts: tuple[Any, ...] | list[Any]) -> str:
    """Return a JSON Pointer; a key that does not look like a field name is shown as `?`, it may be a person's data."""
    shown = (str(p) if isinstance(p, int) or _KEY.fullmatch(str(p)) else "?" for p in parts)
    return "".join("/" + p.replace("~", "~0").replace("/", "~1") for p in shown)


def loads(text: bytes | str, *, limits: Limits = LIMITS, error: type[AgetechError] = SchemaError) -> Any:
    """Return the value of a JSON text; Decimal for written fractions and exponents, int for whole numbers.

    text: UTF-8 bytes (a byte order mark is accepted) or str. `error` is raised for everything refused:
    E_JSON_SIZE, E_JSON_TEXT, E_JSON_DEPTH, E_JSON_DUPLICATE, E_JSON_NUMBER, E_JSON; its path is a JSON Pointer.
    """
    raw, decoded = _bytes(text, limits, error)
    try:
        return _quick(raw, decoded, limits)
    except (_DoubtfulError, ValueError, RecursionError, DecimalException):
        return _Reader(decoded, limits, error).read()


def items(text: bytes | str, *, limits: Limits = LIMITS, error: type[AgetechError] = SchemaError) -> Iterator[Any]:
    """Yield the values of a JSON array one by one, as `loads` would give them; none is kept here.

    The whole text is judged as strictly: a doubt anywhere sends it to the exact reader, which then tells the place.
    """
    raw, decoded = _bytes(text, limits, error)
    doubtful = (b"\\u" in raw and _ESCAPED_SURROGATE.search(raw)) or _long_digits(raw, limits.digits)
    found = _SPACE.match(decoded)
    at = found.end() if found else 0
    if doubtful or decoded[at : at + 1] != "[":
        yield from loads(text, limits=limits, error=error)
        return
    decoder: Any = _ZEROS if b"-0" in raw and _NEGATIVE_ZERO.search(raw) else _PLAIN
    scan = decoder.scan_once
    at, count = at + 1, 0
    try:
        while True:
            found = _SPACE.match(decoded, at)
            at = found.end() if found else at
            if count == 0 and decoded[at : at + 1] == "]":
                break
            begun = at
            value, at = scan(decoded, at)
            count += 1
            if decoded.count("{", begun, at) + decoded.count("[", begun, at) >= limits.depth:
                _shallow(decoded[begun:at], limits.depth - 1)
            yield value
            if decoded[at : at + 1] != ",":
                found = _SPACE.match(decoded, at)
                at = found.end() if found else at
                if decoded[at : at + 1] == "]":
                    break
                if decoded[at : at + 1] != ",":
                    raise _DoubtfulError  # noqa: TRY301 - the one way to the exact reader
            at += 1
        if decoded[at + 1 :].strip(" \t\r\n"):
            raise _DoubtfulError  # noqa: TRY301 - the one way to the exact reader
    except (_DoubtfulError, ValueError, StopIteration, RecursionError, DecimalException):
        _Reader(decoded, limits, error).read()
        raise error("E_JSON", expected="an array", got="something else") from None


def _bytes(text: bytes | str, limits: Limits, error: type[AgetechError]) -> tuple[bytes, str]:
    if not isinstance(text, bytes | str | bytearray | memoryview):
        raise error("E_JSON", expected="bytes or str", got=type(text).__name__)
    if len(text) > limits.size:
        raise error("E_JSON_SIZE", expected=limits.size, got=len(text))
    try:
        raw = text.encode("utf-8") if isinstance(text, str) else bytes(text)
        raw = raw.removeprefix(b"\xef\xbb\xbf")
        decoded = raw.decode("utf-8")
    except UnicodeError as fault:
        raise error("E_JSON_TEXT", expected="UTF-8", got=f"byte {getattr(fault, 'start', 0)}") from None
    if len(raw) > limits.size:
        raise error("E_JSON_SIZE", expected=limits.size, got=len(raw))
    return raw, decoded


def _quick(raw: bytes, decoded: str, limits: Limits) -> Any:
    if (b"\\u" in raw and _ESCAPED_SURROGATE.search(raw)) or _too_deep(raw, limits.depth):
        raise _DoubtfulError
    value = (_ZEROS if b"-0" in raw and _NEGATIVE_ZERO.search(raw) else _PLAIN).decode(decoded)
    if _long_digits(raw, limits.digits):
        raise _DoubtfulError
    return value


def _too_deep(raw: bytes, depth: int) -> bool:
    if raw.count(b"{") + raw.count(b"[") <= depth:
        return False
    bare = raw.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in raw else raw
    bare = b"".join(bare.split(b'"')[::2])
    kept = bytes(set(range(256)) - set(b"{}[]"))
    levels = bare.translate(bytes.maketrans(b"[]", b"{}"), kept)
    for _ in range(depth):
        if not levels:
            return False
        levels = levels.replace(b"{}", b"")
    return bool(levels)


def _shallow(text: str, depth: int) -> None:
    """Raise a doubt about one item that is deeper than `depth`; asked only where it has that many brackets."""
    if _too_deep(text.encode("utf-8"), depth):
        raise _DoubtfulError


_STRIDE = 50


def _long_digits(raw: bytes, most: int) -> bool:
    """Return True where `most` digits stand in a row; so long a row shows in every fiftieth byte, which is quick to look at."""
    if len(raw) <= most or (most > 2 * _STRIDE and not re.search(rb"[0-9]{%d}" % (most // _STRIDE), raw[::_STRIDE])):
        return False
    return re.search(rb"[0-9]{%d}" % most, raw) is not None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _DoubtfulError
    return made


def _whole(lexeme: str) -> int | Decimal:
    return Decimal(lexeme) if lexeme == "-0" else int(lexeme)


def _refuse(lexeme: str) -> NoReturn:
    raise _DoubtfulError


_PLAIN = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_object)
_ZEROS = json.JSONDecoder(parse_float=Decimal, parse_int=_whole, parse_constant=_refuse, object_pairs_hook=_object)


class _Reader:
    """The exact reader: an explicit stack instead of recursion; run only when the quick one has a doubt."""

    def __init__(self, text: str, limits: Limits, error: type[AgetechError]) -> None:
        self.text, self.limits, self.error, self.at = text, limits, error, 0
        self.path: list[Any] = []

    def refuse(self, code: str, expected: object = "", got: object = "") -> NoReturn:
        raise self.error(code, pointer(self.path), expected=expected, got=got)

    def read(self) -> Any:
        stack: list[Any] = []
        value = self._value(stack)
        while stack:
            top = stack[-1]
            value = self._item(top, stack) if isinstance(top, list) else self._member(top, stack)
            if value is top:
                stack.pop()
                if self.path and stack:
                    self.path.pop()
        self._skip()
        if self.at != len(self.text):
            self.refuse("E_JSON", "end of text", f"character {self.at}")
        return value

    def _skip(self) -> str:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def _value(self, stack: list[Any]) -> Any:
        sign = self._skip()
        if sign in ("{", "["):
            if len(stack) >= self.limits.depth:
                self.refuse("E_JSON_DEPTH", self.limits.depth, len(stack) + 1)
            self.at += 1
            made: Any = {} if sign == "{" else []
            stack.append(made)
            return made
        if sign == '"':
            return self._string()
        for word, value in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        return self._number()

    def _string(self) -> str:
        found = _STRING.match(self.text, self.at)
        if not found:
            self.refuse("E_JSON", "a string", f"character {self.at}")
        self.at = found.end()
        made: str = json.loads(found.group())
        if any("\ud800" <= c <= "\udfff" for c in made):
            self.refuse("E_JSON_TEXT", "Unicode text", "a lone surrogate")
        return made

    def _number(self) -> int | Decimal:
        if self.text.startswith(("NaN", "Infinity", "-Infinity"), self.at):
            self.refuse("E_JSON_NUMBER", "a finite number", "NaN or Infinity")
        found = _NUMBER.match(self.text, self.at)
        if not found:
            self.refuse("E_JSON", "a value", f"character {self.at}")
        lexeme = found.group()
        if len(lexeme) > self.limits.digits:
            self.refuse("E_JSON_NUMBER", f"at most {self.limits.digits} characters", len(lexeme))
        self.at = found.end()
        try:
            return _whole(lexeme) if lexeme.lstrip("-").isdigit() else Decimal(lexeme)
        except (ValueError, DecimalException):
            self.refuse("E_JSON_NUMBER", "a number that can be held", f"{len(lexeme)} characters")

    def _item(self, top: list[Any], stack: list[Any]) -> Any:
        if self._skip() == "]":
            self.at += 1
            return top
        if top:
            self._expect(",")
        self.path.append(len(top))
        value = self._value(stack)
        top.append(value)
        if stack[-1] is top:
            self.path.pop()
        return None

    def _member(self, top: dict[str, Any], stack: list[Any]) -> Any:
        if self._skip() == "}":
            self.at += 1
            return top
        if top:
            self._expect(",")
            self._skip()
        if self.text[self.at : self.at + 1] != '"':
            self.refuse("E_JSON", "a key", f"character {self.at}")
        key = self._string()
        self.path.append(key)
        if key in top:
            self.refuse("E_JSON_DUPLICATE")
        self._skip()
        self._expect(":")
        value = self._value(stack)
        top[key] = value
        if stack[-1] is top:
            self.path.pop()
        return None

    def _expect(self, sign: str) -> None:
        if self.text[self.at : self.at + 1] != sign:
            self.refuse("E_JSON", sign, f"character {self.at}")
        self.at += 1


quoted: Callable[[str], str] = json.encoder.encode_basestring  # documented nowhere, there since 3.0; in C where it can


def dumps(value: Any, *, sort: bool = False) -> str:
    """Return compact JSON text of dicts, lists, tuples, str, int, float, Decimal, bool and None; Decimals keep their digits.

    With sort=True keys are sorted by code point. SchemaError for NaN, infinities and other types.
    """
    try:
        return _write(value, sort)
    except RecursionError:
        raise SchemaError("E_JSON_DEPTH", expected=LIMITS.depth, got="more") from None


def _write(value: Any, sort: bool) -> str:  # noqa: FBT001 - one inner walker
    kind = type(value)
    if kind is str:
        return quoted(value)
    if kind is dict:
        keys = sorted(value) if sort else value
        return (
            "{"
            + ",".join([quoted(key) + ":" + (quoted(value[key]) if type(value[key]) is str else _write(value[key], sort)) for key in keys])
            + "}"
        )
    if kind is Decimal:
        if not value.is_finite():
            raise SchemaError("E_JSON_NUMBER", expected="a finite number", got="NaN or Infinity")
        return str(value)
    if kind is list or kind is tuple:
        return "[" + ",".join([_write(item, sort) for item in value]) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        if value - value != 0.0:
            raise SchemaError("E_JSON_NUMBER", expected="a finite number", got="NaN or Infinity")
        return float.__repr__(value)
    if isinstance(value, str):
        return quoted(str(value))
    raise SchemaError("E_JSON", expected="a JSON value", got=type(value).__name__)
