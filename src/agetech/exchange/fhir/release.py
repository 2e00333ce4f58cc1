"""From one FHIR release to the other without losing content.

What both releases have is kept; what was renamed or reshaped follows the rules below (HL7 structure maps 4to5 and the element
tables); everything else travels as a cross-version extension (`http://hl7.org/fhir/4.0/StructureDefinition/extension-<path>`) and
comes back from it, so R4 -> R5 -> R4 gives the resource it began with. Required elements that are not there are filled with
data-absent-reason unknown, and the filling is taken out again on the way back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from agetech.exchange.fhir.structure import PRIMITIVES, Element, Release, elements, has_type, is_resource

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
FILLED = "agetech-filled"
MORE = "agetech-more"
_NUMBER = {"R4": "4.0", "R5": "5.0"}
_BASIC = "http://hl7.org/fhir/{}/StructureDefinition/"
_MILLI = {"ms": Decimal(1), "s": Decimal(1000), "min": Decimal(60000), "h": Decimal(3600000)}

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
        self.source, self.target = source, target
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
        content = _before(kind, content, self.source)
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
                fitted = self._fitted(known[name], wanted.get(new), value, f"{path}.{name}", wanted)
                if fitted is not None and new not in out:
                    out[new] = fitted
                    if companion is not None:
                        out["_" + new] = companion
                else:
                    more += self._carry(name, known[name], value, companion, path)
        self._restore(goal, wanted, out, path)
        if more:
            out["extension"] = out.get("extension", []) + more
        out = _after(kind, goal, out, self.source)
        self._fill(goal, wanted, out, path)
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
    ) -> None:  # noqa: PLR0913 - the parts of one step
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

    def _fitted(self, have: Element, want: Element | None, value: Any, path: str, wanted: dict[str, Element]) -> Any:
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

    def _restore(self, goal: str, wanted: dict[str, Element], out: dict[str, Any], path: str) -> None:
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

    def _fill(self, goal: str, wanted: dict[str, Element], out: dict[str, Any], path: str) -> None:
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


def _before(kind: str, content: dict[str, Any], source: Release) -> dict[str, Any]:
    """Reshape what must be reshaped while the names are still those of the source."""
    if kind == "Device" and "property" in content:
        return {**content, "property": _split_properties(content["property"]) if source == "R4" else content["property"]}
    if kind == "SampledData" and source == "R5" and "interval" in content:
        factor = _MILLI.get(content.get("intervalUnit", ""))
        if factor is not None:
            scaled = content["interval"] if factor == 1 else _scaled(content["interval"], factor)
            return {k: (scaled if k == "interval" else v) for k, v in content.items() if k != "intervalUnit"}
    if kind == "RiskAssessment" and source == "R4":
        reasons = [{"concept": c} for c in content.get("reasonCode", [])] + [{"reference": r} for r in content.get("reasonReference", [])]
        rest = {k: v for k, v in content.items() if k not in ("reasonCode", "reasonReference")}
        return {**rest, "_reason": reasons} if reasons else rest
    return content


def _scaled(value: Any, factor: Decimal) -> Decimal:
    return Decimal(str(value)) * factor


def _split_properties(properties: list[Any]) -> list[Any]:
    made = []
    for one in properties:
        values = [("valueCode", v) for v in one.get("valueCode", [])] + [("valueQuantity", v) for v in one.get("valueQuantity", [])]
        rest = {k: v for k, v in one.items() if k not in ("valueCode", "valueQuantity")}
        for n, (name, value) in enumerate(values):
            made.append({**(rest if n == 0 else {"type": rest.get("type"), "id": MORE}), name: [value]})
        if not values:
            made.append(rest)
    return made


def _after(kind: str, goal: str, out: dict[str, Any], source: Release) -> dict[str, Any]:
    """Reshape what must be reshaped once the names are those of the target."""
    rule = _AFTER.get((source, goal)) or _AFTER.get((source, kind))
    return rule(out) if rule else out


def _sampled(out: dict[str, Any]) -> dict[str, Any]:
    return {**out, "intervalUnit": "ms"} if "interval" in out and "intervalUnit" not in out else out


def _carried_value(out: dict[str, Any], name: str) -> tuple[Any, list[Any]]:
    """Return (value, other extensions) of an element that was carried in an extension of this object."""
    for n, held in enumerate(out.get("extension", [])):
        if str(held.get("url", "")).endswith("." + name):
            value = next((v for k, v in held.items() if k.startswith("value")), None)
            return value, out["extension"][:n] + out["extension"][n + 1 :]
    return None, out.get("extension", [])


def _with(out: dict[str, Any], rest: list[Any], **more: Any) -> dict[str, Any]:
    made = {k: v for k, v in out.items() if k != "extension"} | more
    return {**made, "extension": rest} if rest else made


def _group_up(out: dict[str, Any]) -> dict[str, Any]:
    actual, rest = _carried_value(out, "actual")
    return out if actual is None else _with(out, rest, membership="enumerated" if actual else "definitional")


def _group_down(out: dict[str, Any]) -> dict[str, Any]:
    membership, rest = _carried_value(out, "membership")
    return out if membership is None else _with(out, rest, actual=membership == "enumerated")


_KINDS_UP = {"choice": ("coding", None), "open-choice": ("coding", "optionsOrString")}


def _item_up(out: dict[str, Any]) -> dict[str, Any]:
    new, constraint = _KINDS_UP.get(out.get("type", ""), (out.get("type"), None))
    made = {**out, "type": new} if new is not None else out
    return {**made, "answerConstraint": constraint} if constraint else made


def _item_down(out: dict[str, Any]) -> dict[str, Any]:
    constraint, rest = _carried_value(out, "answerConstraint")
    if out.get("type") != "coding":
        return out
    if constraint == "optionsOrString":
        return _with(out, rest, type="open-choice")
    return {**out, "type": "choice"}


def _property_up(out: dict[str, Any]) -> dict[str, Any]:
    values, rest = [], []
    for held in out.get("extension", []):
        (values if str(held.get("url", "")).endswith("property.valueCode") else rest).append(held)
    if not values:
        return out
    return _with(out, rest, valueCodeableConcept=values[0]["valueCodeableConcept"])


def _device_down(out: dict[str, Any]) -> dict[str, Any]:
    if "property" not in out:
        return out
    merged: list[Any] = []
    for one in out["property"]:
        code, rest = _carried_value(one, "valueCodeableConcept")
        mine = _with(one, rest, valueCode=[code]) if code is not None else one
        if mine.get("id") == MORE and merged:
            for name in ("valueCode", "valueQuantity"):
                if name in mine:
                    merged[-1] = {**merged[-1], name: [*merged[-1].get(name, []), *mine[name]]}
        else:
            merged.append(mine)
    return {**out, "property": merged}


def _reasons_up(out: dict[str, Any]) -> dict[str, Any]:
    reasons = out.pop("_reason", None)
    return {**out, "reason": reasons} if reasons else out


def _reasons_down(out: dict[str, Any]) -> dict[str, Any]:
    codes, references, rest = [], [], []
    for held in out.get("extension", []):
        value = held.get("valueCodeableReference") if str(held.get("url", "")).endswith("RiskAssessment.reason") else None
        inner = {e.get("url"): e for e in held.get("extension", [])} if str(held.get("url", "")).endswith("RiskAssessment.reason") else {}
        if value or inner:
            concept = (value or {}).get("concept") or next((v for k, v in inner.get("concept", {}).items() if k.startswith("value")), None)
            reference = (value or {}).get("reference") or next(
                (v for k, v in inner.get("reference", {}).items() if k.startswith("value")), None
            )
            codes += [concept] if concept else []
            references += [reference] if reference else []
        else:
            rest.append(held)
    more = {k: v for k, v in (("reasonCode", codes), ("reasonReference", references)) if v}
    return _with(out, rest, **more) if more else out


def _consent_up(out: dict[str, Any]) -> dict[str, Any]:
    provisions = out.get("provision") or []
    if provisions and "decision" not in out:
        told, rest = _carried_value(provisions[0], "type")
        if told is not None:
            return {**out, "decision": told, "provision": [_with(provisions[0], rest), *provisions[1:]]}
    return out


def _consent_down(out: dict[str, Any]) -> dict[str, Any]:
    told, rest = _carried_value(out, "decision")
    if told is None:
        return out
    return (
        _with(out, rest, provision={"type": told, **(out.get("provision") or {})}) if isinstance(out.get("provision") or {}, dict) else out
    )


_AFTER: dict[tuple[str, str], Any] = {
    ("R4", "SampledData"): _sampled,
    ("R4", "Group"): _group_up,
    ("R5", "Group"): _group_down,
    ("R4", "QuestionnaireItem"): _item_up,
    ("R5", "QuestionnaireItem"): _item_down,
    ("R4", "DeviceProperty"): _property_up,
    ("R5", "Device"): _device_down,
    ("R4", "RiskAssessment"): _reasons_up,
    ("R5", "RiskAssessment"): _reasons_down,
    ("R4", "Consent"): _consent_up,
    ("R5", "Consent"): _consent_down,
}
