"""Reading and writing documents of any version: same and older minors strictly, newer minors whole, newer majors refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from agetech.errors import SchemaError
from agetech.schemas import jsontext, registry, versions
from agetech.schemas.v1.datatypes import Document

_KEPT = "_unknown"
_CURRENT: dict[tuple[str, str], Callable[[Any], Document]] = {}  # readers of the current versions met so far: at most one a schema


def load(text: bytes | str, *, limits: jsontext.Limits = jsontext.LIMITS) -> Document:
    """Return the document of a JSON text; SchemaError with a JSON Pointer for anything that does not follow its schema."""
    return read(jsontext.loads(text, limits=limits))


def read(content: Any, *, schema: str | None = None) -> Document:
    """Return the document of JSON content (numbers as int or Decimal), told by its `schema` and `schema_version`.

    Same version: unknown fields are refused. Older minor: checked against its frozen schema, then brought up to date.
    Newer minor: unknown fields are kept at every level and written back equal. Newer major: E_SCHEMA_MAJOR.
    schema: the name it must have, if the caller knows.
    """
    if type(content) is dict and schema is None:
        told = content.get("schema"), content.get("schema_version")
        known = _CURRENT.get(told) if type(told[0]) is str and type(told[1]) is str else None  # type: ignore[arg-type]  # both are str
        if known is not None:
            return known(content)
    name, version = registry.told(content)
    if schema is not None and schema != name:
        raise SchemaError("E_SCHEMA_UNKNOWN", f"{name}#/schema", expected=schema, got=name)
    model = registry.model(name)
    now = registry.parse_version(model.version)
    if version == now:
        _CURRENT[content["schema"], content["schema_version"]] = model.parse
        return model.parse(content)
    if version < now:
        return model.parse(versions.upcast(content, to=model.version))
    return _newer(model, content)


def _newer(model: type[Document], content: dict[str, Any]) -> Document:
    from agetech.schemas.unknown import split

    known, kept = split(registry.current(model.name), content)
    made = model.parse(known)
    if kept:
        object.__setattr__(made, "__pydantic_private__", {_KEPT: kept})
    return made


def kept_unknown(document: Document) -> dict[str, Any]:
    """Return the fields of a newer minor that no field holds, by JSON Pointer."""
    private: Any = getattr(document, "__pydantic_private__", None) or {}
    held: dict[str, Any] = private.get(_KEPT, {})
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
    return jsontext.dumps(content(document))


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
