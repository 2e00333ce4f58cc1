"""Bundle: several documents in one; references resolve inside or are declared external."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, SerializeAsAny, Strict, model_validator

from agetech.schemas.kinds import Line, Name, Natural
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken
from agetech.schemas.v1.datatypes import Document, of, stamped
from agetech.schemas.v1.entries import Entry


class Bundle(Document):
    """A set of documents; as JSON Lines: one line of header, then one document a line."""

    name: ClassVar[str] = "bundle"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "entry-ids": ("ids are unique", "标识不得重复"),
        "counts": ("counts are those of the entries by schema name", "counts 等于各模式的文档数"),
        "entry": ("each entry is a document of its schema", "每个条目均为其模式的有效文档"),
    }
    schema: Literal["https://schemas.agetech.example/bundle/1"] = of("bundle")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    entries: tuple[SerializeAsAny[Entry], ...] = said("Documents", "文档", label="sensitive")
    counts: dict[Line, Natural] = said("Documents by schema name", "各模式文档数", unit="{count}", binding="agetech-schemas")
    external: tuple[Name, ...] | None = said("Ids referred to that are not inside", "引用但不在包内的标识", optional=True, label="quasi")

    @model_validator(mode="after")
    def _rules(self) -> Self:
        ids = [e.id for e in self.entries]
        if len(set(ids)) != len(ids):
            raise Broken("entry-ids", "entries", "unique ids")
        if Counter(e.name for e in self.entries) != Counter({k: v for k, v in self.counts.items() if v}):
            raise Broken("counts", "counts", "the entries by schema name")
        return self

    @classmethod
    def collect(cls, documents: Any, **fields: Any) -> Self:
        """Return the bundle of documents; counts are made here."""
        held = tuple(documents)
        return cls(entries=held, counts=dict(Counter(d.name for d in held)), **fields)
