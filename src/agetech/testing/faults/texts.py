"""Faults of documents, tables, answers, persons and names: F46 to F48, F67 to F70, F72."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from agetech.testing.faults.fault import Variant, fault

Rng = np.random.Generator
DEEP = 100_000


@fault("F46", "text", "hostile JSON", "恶意 JSON", "R")
def hostile_json(subject: dict[str, Any], rng: Rng) -> Iterator[Variant]:
    """Give a document (a mapping with at least one field) as JSON bytes that no strict reader takes."""
    good = json.dumps(subject, ensure_ascii=False)
    field = json.dumps(next(iter(subject)))
    inside = good[1:]
    for name, value in (("NaN", "NaN"), ("Infinity", "Infinity"), ("1e400", "1e400"), ("5000 digits", "9" * 5000)):
        yield Variant(name, f'{{{field}: {value}, "rest": {good}}}'.encode())
    yield Variant("duplicate key", f"{{{field}: 1, {inside}".encode())
    yield Variant("byte order mark", b"\xef\xbb\xbf" + good.encode())
    yield Variant("depth", b"[" * DEEP + b"]" * DEEP)
    yield Variant("lone surrogate", f'{{{field}: "\\ud800"}}'.encode())
    yield Variant("NUL", good.encode() + b"\0")
    yield Variant("trailing bytes", good.encode() + b" {}")
    yield Variant("cut", good.encode()[:-1])
    yield Variant("not UTF-8", good.encode()[:-1] + b"\xff}")


NAMES = ("李　小明", "e\u0301", "\u00e9", "１２３", "\u202egnp.exe", "𠀋𡈽", "👵🏽", "a\u200bb", "Ａ")


@fault("F47", "text", "unusual characters and encodings", "特殊字符与编码", "XR")
def unusual_text(subject: str, rng: Rng) -> Iterator[Variant]:
    """Give text that must come back exactly or be refused, and Chinese bytes of other encodings."""
    for name in NAMES:
        yield Variant(name.encode("unicode_escape").decode(), f"{subject}{name}".encode())
    for encoding in ("gbk", "gb18030", "utf-16"):
        yield Variant(encoding, f"{subject}张三".encode(encoding))


@fault("F48", "table", "tables of other habits", "表格格式差异", "RX")
def strange_tables(subject: str, rng: Rng) -> Iterator[Variant]:
    """Change a comma-separated text with a header: delimiter, decimal, quotes, line ends, header, cells."""
    lines = subject.strip("\n").split("\n")
    header, rows = lines[0], lines[1:]
    yield Variant("semicolons", subject.replace(",", ";"))
    yield Variant("tabs", subject.replace(",", "\t"))
    yield Variant("decimal commas", "\n".join([header.replace(",", ";"), *(row.replace(",", ";").replace(".", ",") for row in rows)]))
    yield Variant("quotes", "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in lines))
    yield Variant("CRLF", subject.replace("\n", "\r\n"))
    yield Variant("missing column", "\n".join(line.rsplit(",", 1)[0] for line in lines))
    yield Variant("ragged", "\n".join([*lines[:-1], lines[-1] + ",1,2"]))
    yield Variant("header again", "\n".join([*lines, header, *rows[:1]]))
    yield Variant("long cell", "\n".join([header, "9" * 1_000_000 + rows[0][rows[0].find(",") :] if rows else header]))
    yield Variant("formula", "\n".join([header, "=cmd|' /C calc'!A0" + rows[0][rows[0].find(",") :] if rows else header]))


@fault("F67", "person", "consent missing, expired, withdrawn or for another purpose", "授权缺失、过期、撤回或用途不符", "R")
def consent(subject: dict[str, Any], rng: Rng) -> Iterator[Variant]:
    """Change the facts of a consent given as a mapping with `purposes`, `until` and `withdrawn_at`."""
    yield Variant("missing", None)
    yield Variant("expired", {**subject, "until": "2000-01-01T00:00:00+08:00"})
    yield Variant("withdrawn", {**subject, "withdrawn_at": "2000-01-01T00:00:00+08:00"})
    yield Variant("other purpose", {**subject, "purposes": ["marketing"]})


@fault("F68", "person", "two persons in one stream", "两人数据混入", "R")
def mixed_persons(subject: list[dict[str, Any]], rng: Rng) -> Iterator[Variant]:
    """Give the second half of the records of one person another pseudonym."""
    half = len(subject) // 2
    yield Variant("second half", [*subject[:half], *({**record, "subject": "another"} for record in subject[half:])])


@fault("F69", "answers", "a questionnaire filled in badly", "问卷填写错误", "RA")
def bad_answers(subject: dict[str, Any], rng: Rng) -> Iterator[Variant]:
    """Change the answers of a questionnaire: left out, out of range, of a wrong type."""
    items = list(subject)
    yield Variant("one missing", {item: subject[item] for item in items[1:]})
    yield Variant("half missing", {item: subject[item] for item in items[::2]})
    yield Variant("none", {})
    first = items[0]
    for value in (-1, 99, "yes", True, float("nan"), None, [1]):
        yield Variant(f"{value!r}", {**subject, first: value})
    yield Variant("unknown item", {**subject, "no_such_item": 1})


@fault("F70", "text", "a document of a newer schema", "新版本文档", "RX")
def newer_version(subject: dict[str, Any], rng: Rng) -> Iterator[Variant]:
    """Add a field, an unknown code, and raise the version of a document with `schema_version`."""
    version = str(subject.get("schema_version", "1.0.0")).split(".")
    yield Variant("unknown field", {**subject, "field_of_tomorrow": {"deep": [1, 2]}})
    yield Variant("next minor", {**subject, "schema_version": f"{version[0]}.{int(version[1]) + 1}.0", "field_of_tomorrow": 1})
    yield Variant("next major", {**subject, "schema_version": f"{int(version[0]) + 1}.0.0"})


HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\x1b[2J\x1b[31m", "a\nb", "a\r\nb: c", "{{7*7}}", "${x}", "%s%n")


@fault("F72", "text", "names that attack pages, terminals and logs", "名称注入攻击", "X")
def hostile_names(subject: str, rng: Rng) -> Iterator[Variant]:
    """Give names with markup, escape codes, new lines and template signs: they must come out harmless."""
    for name in HOSTILE:
        yield Variant(name.encode("unicode_escape").decode(), f"{subject}{name}")
