"""Reading and writing documents of any version: same and older minors strictly, newer minors whole, newer majors refused.

A field that is deprecated warns when a document brings it, once a process and path.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from agetech.errors import SchemaError
from agetech.schemas import jsontext, registry, versions
from agetech.schemas.meaning import meanings
from agetech.schemas.model import Model, parts
from agetech.schemas.v1.datatypes import Document

Mode = Literal["by_version", "strict", "preserve", "lenient"]
_KEPT, _LEFT = "_unknown", "_left_out"
_DEPRECATING: dict[type[Document], bool] = {}
_TOLD: set[tuple[str, str]] = set()  # what this process has been warned of
_CURRENT: dict[tuple[str, str], Callable[[Any], Document]] = {}  # readers of the current versions met so far: at most one a schema


def load(text: bytes | str, *, mode: Mode = "by_version", limits: jsontext.Limits = jsontext.LIMITS) -> Document:
    """Return the document of a JSON text; SchemaError with a JSON Pointer for anything that does not follow its schema.

    mode: of fields that are not known, see `read`.
    """
    return read(jsontext.loads(text, limits=limits), mode=mode)


def read(content: Any, *, schema: str | None = None, mode: Mode = "by_version") -> Document:
    """Return the document of JSON content (numbers as int or Decimal), told by its `schema` and `schema_version`.

    Same version: unknown fields are refused. Older minor: checked against its frozen schema, then brought up to date.
    Newer minor: unknown fields are kept at every level and written back equal. Newer major: E_SCHEMA_MAJOR.
    schema: the name it must have, if the caller knows. mode, for fields we do not know, in place of the rule above: `strict` refuses
    them in a newer minor too, `preserve` keeps them in any version, `lenient` leaves them out of any version (`left_out` tells them).
    """
    if type(content) is dict and schema is None and mode == "by_version":
        told = content.get("schema"), content.get("schema_version")
        known = _CURRENT.get(told) if type(told[0]) is str and type(told[1]) is str else None  # type: ignore[arg-type]  # both are str
        if known is not None:
            return known(content)
    name, version = registry.told(content)
    if schema is not None and schema != name:
        raise SchemaError("E_SCHEMA_UNKNOWN", f"{name}#/schema", expected=schema, got=name)
    model = registry.model(name)
    now = registry.parse_version(model.version)
    if mode in ("preserve", "lenient") or (mode == "by_version" and version > now):
        return _open(model, content, mode)
    if version < now:
        return _reader(model)(versions.upcast(content, to=model.version))
    if version == now and mode == "by_version":
        _CURRENT[content["schema"], content["schema_version"]] = _reader(model)
    return _reader(model)(content)


def _open(model: type[Document], content: dict[str, Any], mode: Mode) -> Document:
    from agetech.schemas.unknown import split

    version = registry.parse_version(content.get("schema_version"))
    older = version < registry.parse_version(model.version)
    schema = versions.judged_by(model.name, version) if older else registry.current(model.name)
    known, kept = split(schema, content)
    made = _reader(model)(versions.upcast(known, to=model.version) if older else known)
    if kept:
        object.__setattr__(made, "__pydantic_private__", {_LEFT if mode == "lenient" else _KEPT: kept})
    return made


def _reader(model: type[Document]) -> Callable[[Any], Document]:
    """Return what parses content of the current version; only a model with deprecated fields pays for looking."""
    if model not in _DEPRECATING:
        _DEPRECATING[model] = any(m.deprecated for part in [model, *parts(model)] for m in meanings(part).values())
    return (lambda content: _warned(model.parse(content))) if _DEPRECATING[model] else model.parse


def _warned(document: Document) -> Document:
    for path, told in _deprecated(document, ""):
        if (document.name, path) not in _TOLD:
            _TOLD.add((document.name, path))
            remedy = f"; use {told['replacement']}" if told.get("replacement") else ""
            gone = f"; it goes in {told['remove_in']}" if told.get("remove_in") else ""
            warnings.warn(
                f"{document.name}#{path} is deprecated since {told['since']}: {told['message']}{remedy}{gone}", DeprecationWarning, 4
            )
    return document


def _deprecated(value: Any, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the path (`*` for a place in a list) and the facts of every deprecated field that is given."""
    if isinstance(value, Model):
        for name, meaning in meanings(type(value)).items():
            inner = value.__dict__.get(name)
            if inner is not None:
                if meaning.deprecated:
                    yield f"{path}/{name}", meaning.deprecated
                yield from _deprecated(inner, f"{path}/{name}")
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _deprecated(item, f"{path}/*")


def kept_unknown(document: Document) -> dict[str, Any]:
    """Return the fields of a newer minor that no field holds, by JSON Pointer."""
    private: Any = getattr(document, "__pydantic_private__", None) or {}
    held: dict[str, Any] = private.get(_KEPT, {})
    return dict(held)


def left_out(document: Document) -> dict[str, Any]:
    """Return the fields that a lenient reading left out, by JSON Pointer; they are not written back."""
    private: Any = getattr(document, "__pydantic_private__", None) or {}
    held: dict[str, Any] = private.get(_LEFT, {})
    return dict(held)


def content(document: Document) -> dict[str, Any]:
    """Return the JSON content of a document, unknown fields of a newer minor in their places."""
    made = document.content()
    kept = kept_unknown(document)
    if kept:
        from agetech.schemas.unknown import merge

        merge(made, kept)
    if made.get("entries") and document.name == "bundle":
        made["entries"] = [content(entry) for entry in document.entries]  # type: ignore[attr-defined]  # a bundle has entries
    return made


def dump(document: Document) -> str:
    """Return the JSON text of a document; every number with its digits, every time as it came."""
    if document.name == "bundle" or getattr(document, "__pydantic_private__", None):
        return jsontext.dumps(content(document))
    return document.to_json()


def read_lines(lines: Iterable[bytes | str]) -> Iterator[Document]:
    """Yield the documents of a JSON Lines file, one a line; empty lines are passed over.

    SchemaError names the line. The garbage collector is not touched: nothing but the current line is alive here.
    """
    for n, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield load(line)
            except SchemaError as fault:
                fault.path = f"line {n}: {fault.path}"
                raise


def read_many(text: bytes | str, *, limits: jsontext.Limits | None = None) -> list[Document]:
    """Return the documents of a JSON array or JSON Lines text, all kept.

    What is slow about many documents is Python's collector walking them again and again as they grow; it is held off while
    this call reads and put back as it was.
    """
    import gc

    limits = limits or jsontext.Limits(size=1 << 31)
    was = gc.isenabled()
    gc.disable()
    try:
        raw = text.encode("utf-8") if isinstance(text, str) else bytes(text)
        if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[":
            return _read_array(raw, limits)
        return list(read_lines(raw.split(b"\n")))
    except UnicodeError:
        raise SchemaError("E_JSON_TEXT", expected="UTF-8", got="a lone surrogate") from None
    finally:
        if was:
            gc.enable()


def _read_array(raw: bytes, limits: jsontext.Limits) -> list[Document]:
    made: list[Document] = []
    for content in jsontext.items(raw, limits=limits):
        try:
            made.append(read(content))
        except SchemaError as fault:
            fault.path = f"item {len(made)}: {fault.path}"
            raise
    return made
