"""Does content follow an Open mHealth or IEEE 1752.1 schema? Judged offline against a folder of their schemas, formats asserted.

The schemas are not shipped: give the folder of a checkout (openmhealth/schemas, IEEE 1752.1). References of the forms
`name-1.x.json` (the newest 1.y), `name-1.0.json` and by web address all resolve inside that folder; nothing is fetched.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any

from agetech.errors import ExchangeError, SchemaError
from agetech.schemas.engine import Fault, Judge
from agetech.schemas.jsontext import loads

_NAME = re.compile(r"([a-z0-9-]+?)-(\d+)\.(\d+|x)\.json")
_BASE = "https://library.invalid/"
_Key = tuple[str, str, int, int]


class Library:
    """The schemas of one or more folders; two namespaces, `omh` and `ieee`, told by the `$id` of each file."""

    def __init__(self, *folders: Path | str) -> None:
        self.folders = [Path(folder) for folder in folders]

    @cached_property
    def known(self) -> dict[_Key, dict[str, Any]]:
        """Return the schema of each (namespace, name, major, minor); the first folder that has it counts."""
        found: dict[_Key, dict[str, Any]] = {}
        for folder in self.folders:
            for path in sorted(folder.rglob("*.json")):
                told = _NAME.fullmatch(path.name)
                schema = loads(path.read_bytes(), error=ExchangeError) if told and told.group(3) != "x" else None
                if told and isinstance(schema, dict):
                    space = "ieee" if "/ieee" in str(schema.get("$id", "")) else "omh"
                    found.setdefault((space, told.group(1), int(told.group(2)), int(told.group(3))), schema)
        return found

    def schema(self, name: str, version: str, namespace: str | None = None) -> tuple[str, dict[str, Any]]:
        """Return (namespace, schema); version `2.0` or `2.x`, namespace None takes omh before ieee. ExchangeError where there is none."""
        major, _, minor = version.partition(".")
        if not major.isdigit() or not (minor.isdigit() or minor == "x"):
            raise ExchangeError("E_OMH_SCHEMA", name[:60], expected="major.minor", got=version[:20])
        for space in [namespace] if namespace else ["omh", "ieee"]:
            minors = [m for (own, called, at, m) in self.known if (own, called, at) == (space, name, int(major))]
            wanted = max(minors, default=None) if minor == "x" else int(minor)
            if wanted in minors:
                return str(space), self.known[str(space), name, int(major), wanted]
        raise ExchangeError("E_OMH_SCHEMA", name[:60], expected="a schema of the folder", got=f"{name}-{version}"[:80])

    def _resolve(self, address: str) -> dict[str, Any]:
        told = _NAME.fullmatch(address.rstrip("#").rsplit("/", 1)[-1])
        if not told:
            raise SchemaError("E_SCHEMA_UNKNOWN", "/$ref", expected="name-major.minor.json", got=address[:80])
        name, major, minor = told.groups()
        return self.schema(name, f"{major}.{minor}", "ieee" if "/ieee" in address else "omh")[1]

    def faults(self, content: Any, name: str, version: str, namespace: str | None = None) -> list[Fault]:
        """Return the first fault of content under a schema, or an empty list."""
        space, found = self.schema(name, version, namespace)
        schema = {k: v for k, v in found.items() if k not in ("$id", "id")}
        return Judge(schema, base=f"{_BASE}{space}/{name}-{version}.json", resolve=self._resolve, foreign=True).faults(content)

    def check(self, content: Any) -> None:
        """Raise ExchangeError with a JSON Pointer where a data point (header and body) does not follow its schemas."""
        header = content.get("header") if isinstance(content, dict) else None
        told = header.get("schema_id") if isinstance(header, dict) else None
        if not isinstance(told, dict) or not all(isinstance(told.get(k), str) for k in ("name", "version")):
            raise ExchangeError("E_OMH_SHAPE", "/header/schema_id", expected="namespace, name, version")
        space = {"ieee": "ieee", "omh": "omh"}.get(str(told.get("namespace")).lower())
        found = self.faults(content.get("body"), told["name"], told["version"], space)
        if found:
            raise ExchangeError("E_OMH_SHAPE", "/body" + found[0].pointer, expected=found[0].expected)
