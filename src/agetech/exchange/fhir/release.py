"""From one FHIR release to the other without losing content.

What both releases have is kept; what was renamed or reshaped follows the rules below (HL7 structure maps 4to5 and the element
tables); everything else travels as a cross-version extension (`http://hl7.org/fhir/4.0/StructureDefinition/extension-<path>`) and
comes back from it, so R4 -> R5 -> R4 gives the resource it began with. Required elements that are not there are filled with
data-absent-reason unknown, and the filling is taken out again on the way back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agetech.exchange.fhir.reshape import after, before
from agetech.exchange.fhir.structure import PRIMITIVES, Element, Release, elements, has_type, is_resource

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
FILLED = "agetech-filled"
_NUMBER = {"R4": "4.0", "R5": "5.0"}
_BASIC = "http://hl7.org/fhir/{}/StructureDefinition/"

# R4 type: {R4 element: R5 element}; the way back is the inverse
RENAMED: dict[str, dict[str, str]] = {
    "SampledData": {"period": "interval"},
    "Device": {"deviceName": "name", "specialization": "conformsTo"},
    "DeviceDeviceName": {"name": "value"},
    "DeviceSpecialization": {"systemType": "specification"},
    "DeviceMetric": {"source": "device"},
    "Consent": {"patient": "subject", "dateTime": "date", "performer": "grantor", "organization": "manager"},
    "Goal": {"expressedBy": "source"},
    "CarePlan": {"author": "custodian"},
    "CarePlanActivity": {"reference": "plannedActivityReference"},
    "Encounter": {"period": "actualPeriod", "hospitalization": "admission"},
    "EncounterParticipant": {"individual": "actor"},
    "DeviceUseStatement": {"recordedOn": "dateAsserted", "source": "informationSource"},
}
TYPES = {"DeviceUseStatement": "DeviceUsage"}
PARTS = {
    ("DeviceDeviceName", "DeviceName"),
    ("DeviceSpecialization", "DeviceConformsTo"),
    ("EncounterHospitalization", "EncounterAdmission"),
}
_BACK = {kind: {new: old for old, new in names.items()} for kind, names in RENAMED.items()}
_BACK |= {new: _BACK[old] for old, new in PARTS if old in _BACK} | {"DeviceUsage": _BACK["DeviceUseStatement"]}


@dataclass(slots=True)
class Conversion:
    """A resource in another release: what was carried in extensions, and what had to be filled as unknown."""

    content: dict[str, Any]
    carried: list[str] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)


def convert(content: dict[str, Any], source: Release, target: Release) -> Conversion:
    """Return a resource of release `source` as one of `target`; the input is not changed."""
    if source == target:
        return Conversion(content)
    walker = _Walker(source, target)
    made = walker.resource(content)
    return Conversion(made, walker.carried, walker.filled)


class _Walker:
    def __init__(self, source: Release, target: Release) -> None:
        self.source: Release = source
        self.target: Release = target
        self.carried: list[str] = []
        self.filled: list[str] = []

    def resource(self, content: dict[str, Any]) -> dict[str, Any]:
        kind = str(content["resourceType"])
        named = TYPES if self.source == "R4" else {new: old for old, new in TYPES.items()}
        goal = named.get(kind, kind)
        if kind == "Basic":
            unwrapped = self._unwrapped(content)
            if unwrapped is not None:
                return unwrapped
        if not is_resource(self.target, goal):
            return self._wrapped(kind, content)
        root = goal if self.target == "R4" else kind
        return {"resourceType": goal, **self.complex(kind, goal, content, root)}

    def _wrapped(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """Return a Basic resource that carries one the target has no type for."""
        self.carried.append(kind)
        import json

        from agetech.schemas.jsontext import dumps

        url = f"http://hl7.org/fhir/{_NUMBER[self.source]}/StructureDefinition/{kind}"
        held = {"url": url, "valueString": json.loads(json.dumps(dumps(content)))}
        made = {"resourceType": "Basic", "code": {"text": kind}, "extension": [held]}
        if "id" in content:
            made["id"] = content["id"]
        return made

    def _unwrapped(self, content: dict[str, Any]) -> dict[str, Any] | None:
        from agetech.errors import SchemaError
        from agetech.schemas.jsontext import loads

        base = f"http://hl7.org/fhir/{_NUMBER[self.target]}/StructureDefinition/"
        for held in content.get("extension", ()):
            if isinstance(held.get("valueString"), str) and str(held.get("url", "")).startswith(base) and "extension-" not in held["url"]:
                try:
                    inner = loads(held["valueString"])
                except SchemaError:
                    return None
                if isinstance(inner, dict) and is_resource(self.target, inner.get("resourceType")):
                    return inner
        return None

    def complex(self, kind: str, goal: str, content: dict[str, Any], path: str) -> dict[str, Any]:
        known, wanted = elements(self.source, kind), elements(self.target, goal)
        names = (RENAMED if self.source == "R4" else _BACK).get(kind, {})
        content = before(kind, content, self.source)
        out: dict[str, Any] = {}
        more: list[Any] = []
        for name, value in content.items():
            plain = name.removeprefix("_")
            if plain not in known:
                self._common(name, value, out)
            elif name.startswith("_"):
                if plain not in content:
                    self._companion(plain, value, names, wanted, known, out, path, more)
            else:
                companion = content.get("_" + plain)
                new = names.get(name, name)
                fitted = self._fitted(known[name], wanted.get(new), value, f"{path}.{name}")
                if fitted is not None and new not in out:
                    out[new] = fitted
                    if companion is not None:
                        out["_" + new] = companion
                else:
                    more += self._carry(name, known[name], value, companion, path)
        self._restore(wanted, out, path)
        if more:
            out["extension"] = out.get("extension", []) + more
        out = after(kind, goal, out, self.source)
        self._fill(wanted, out, path)
        return out

    def _companion(
        self,
        name: str,
        value: Any,
        names: dict[str, str],
        wanted: dict[str, Element],
        known: dict[str, Element],
        out: dict[str, Any],
        path: str,
        more: list[Any],
    ) -> None:
        if isinstance(value, dict) and value.get("id") == FILLED:
            return
        new = names.get(name, name)
        if new in wanted and wanted[new].type in PRIMITIVES and wanted[new].many == known[name].many:
            out["_" + new] = value
        else:
            more += self._carry(name, known[name], None, value, path)

    def _common(self, name: str, value: Any, out: dict[str, Any]) -> None:
        if name == "contained":
            out[name] = [self.resource(item) for item in value]
        elif name != "resourceType":
            out[name] = value

    def _fitted(self, have: Element, want: Element | None, value: Any, path: str) -> Any:
        """Return the value in the shape the target wants, or None where it has no such shape."""
        if want is None or (isinstance(value, dict) and value.get("id") == FILLED):
            return None
        items = value if have.many else [value]
        if not want.many and len(items) != 1:
            return None
        made = [self._item(have.type, want.type, item, path) for item in items]
        if any(item is None and items[n] is not None for n, item in enumerate(made)):
            return None
        return made if want.many else made[0]

    def _item(self, have: str, want: str, value: Any, path: str) -> Any:
        if have == "Resource" and want == "Resource":
            return self.resource(value)
        if have in PRIMITIVES or want in PRIMITIVES:
            return _primitive(have, want, value)
        if have == want or (have, want) in PARTS or (want, have) in PARTS:
            return self.complex(have, want, value, path) if isinstance(value, dict) else None
        return _reshaped(have, want, value)

    def _carry(self, name: str, element: Element, value: Any, companion: Any, path: str) -> list[Any]:
        place = f"{path}.{name}"
        items = (value if element.many else [value]) if value is not None else [None]
        beside = companion if isinstance(companion, list) else [companion] * len(items)
        if isinstance(companion, dict) and companion.get("id") == FILLED:
            return []
        if element.type not in PRIMITIVES and isinstance(value, dict) and value.get("id") == FILLED:
            return []
        self.carried.append(place)
        url = f"http://hl7.org/fhir/{_NUMBER[self.source]}/StructureDefinition/extension-{place}"
        if value is None and isinstance(companion, list):
            items = [None] * len(companion)
        return [self._extension(url, element.type, item, beside[n] if n < len(beside) else None) for n, item in enumerate(items)]

    def _extension(self, url: str, kind: str, value: Any, companion: Any = None) -> dict[str, Any]:
        if kind in PRIMITIVES:
            name = "value" + _CARRIED.get(kind, kind)
            if name not in elements(self.target, "Extension"):
                name = "valueString"
            made: dict[str, Any] = {"url": url}
            if value is not None:
                made[name] = str(value) if name == "valueString" else value
            if companion is not None:
                made["_" + name] = companion
            return made
        if f"value{kind}" in elements(self.target, "Extension") and has_type(self.target, kind):
            return {"url": url, f"value{kind}": self.complex(kind, kind, value, kind)}
        inner: list[Any] = []
        known = elements(self.source, kind) if kind != "Resource" else {}
        for name, part in value.items():
            if name in known:
                beside = value.get("_" + name)
                parts = part if known[name].many else [part]
                marks = beside if isinstance(beside, list) else [beside] * len(parts)
                inner += [self._extension(name, known[name].type, p, marks[n] if n < len(marks) else None) for n, p in enumerate(parts)]
            elif name == "extension":
                inner += part
            elif name.startswith("_") and name[1:] in known and name[1:] not in value:
                inner.append(self._extension(name[1:], known[name[1:]].type, None, part))
            else:
                inner.append({"url": "agetech:" + name, "valueString": _text(part)})
        return {"url": url, "extension": inner}

    def _restore(self, wanted: dict[str, Element], out: dict[str, Any], path: str) -> None:
        """Put back what was carried from the release this resource now returns to."""
        base = f"http://hl7.org/fhir/{_NUMBER[self.target]}/StructureDefinition/extension-{path}."
        kept = []
        for held in out.get("extension", []):
            name = str(held.get("url", ""))[len(base) :] if isinstance(held, dict) and str(held.get("url", "")).startswith(base) else ""
            if name not in wanted:
                kept.append(held)
                continue
            value, companion = self._from_extension(held, wanted[name].type)
            if wanted[name].many:
                if value is not None or name in out:
                    out.setdefault(name, []).append(value)
                if companion is not None:
                    out.setdefault("_" + name, []).append(companion)
            else:
                out |= {k: v for k, v in ((name, value), ("_" + name, companion)) if v is not None}
        if "extension" in out:
            if kept:
                out["extension"] = kept
            else:
                del out["extension"]

    def _from_extension(self, held: dict[str, Any], kind: str) -> tuple[Any, Any]:
        for name, value in held.items():
            if name.startswith("value"):
                if kind in PRIMITIVES:
                    return (_typed(kind, value), held.get("_" + name))
                return self.complex(kind, kind, value, kind), None
            if name.startswith("_value"):
                only = held.get(name[1:])
                return (_typed(kind, only) if only is not None else None), value
        known = elements(self.target, kind) if has_type(self.target, kind) else {}
        made: dict[str, Any] = {}
        for inner in held.get("extension", []):
            name = str(inner.get("url", ""))
            if name.startswith("agetech:"):
                made[name[8:]] = _parsed(inner.get("valueString"))
            elif name in known:
                value, companion = self._from_extension(inner, known[name].type)
                if known[name].many:
                    made.setdefault(name, []).append(value)
                elif value is not None:
                    made[name] = value
                if companion is not None:
                    made["_" + name] = companion
            else:
                made.setdefault("extension", []).append(inner)
        return made, None

    def _fill(self, wanted: dict[str, Element], out: dict[str, Any], path: str) -> None:
        mark = {"id": FILLED, "extension": [{"url": ABSENT, "valueCode": "unknown"}]}
        for name, element in wanted.items():
            if not element.needed or name in out or "_" + name in out:
                continue
            self.filled.append(f"{path}.{name}")
            if element.type in PRIMITIVES:
                out["_" + name] = [mark] if element.many else mark
            else:
                out[name] = [mark] if element.many else mark


_CARRIED = {"UuidVersion": "Uuid", "EncodedBytes": "Base64Binary", "Xhtml": "String"}


def _text(value: Any) -> str:
    from agetech.schemas.jsontext import dumps

    return dumps(value)


def _parsed(value: Any) -> Any:
    from agetech.schemas.jsontext import loads

    return loads(value) if isinstance(value, str) else value


def _typed(kind: str, value: Any) -> Any:
    if isinstance(value, str) and kind in ("Decimal", "Integer", "UnsignedInt", "PositiveInt", "Integer64", "Boolean"):
        return _parsed(value)
    return value


def _primitive(have: str, want: str, value: Any) -> Any:
    if want in PRIMITIVES and have in PRIMITIVES:
        return value if value is None or PRIMITIVES[want](value) else None
    if have in ("Code", "String", "Uri", "Markdown") and want == "CodeableConcept":
        return {"text": value}
    if have == "CodeableConcept" and want in ("Code", "String", "Markdown") and set(value) == {"text"} and PRIMITIVES[want](value["text"]):
        return value["text"]
    return None


def _reshaped(have: str, want: str, value: dict[str, Any]) -> Any:
    if want == "CodeableReference" and have in ("Reference", "CodeableConcept"):
        return {"reference" if have == "Reference" else "concept": value}
    if have == "CodeableReference" and want in ("Reference", "CodeableConcept"):
        only = "reference" if want == "Reference" else "concept"
        return value[only] if set(value) == {only} else None
    if have == "Coding" and want == "CodeableConcept":
        return {"coding": [value]}
    if have == "CodeableConcept" and want == "Coding":
        return value["coding"][0] if set(value) == {"coding"} and len(value["coding"]) == 1 else None
    return None
