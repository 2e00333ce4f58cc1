"""Matter nodes: endpoints to device descriptors and observations; endpoint 0 is the node itself, not a device.

Device types and clusters as in python-matter-server 606cfee; temperatures and humidities are hundredths.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from agetech.errors import ExchangeError
from agetech.exchange.adapters.mapping import Mapped, document, envelope, identifier
from agetech.schemas.instants import Instant
from agetech.schemas.jsontext import LIMITS, Limits, loads

Content = dict[str, Any]
TABLE: Content = {"id": "matter.node", "version": "1.0.0", "vendor": "Matter"}
UTILITY = frozenset({0x0016, 0x000E, 0x0012, 0x0011, 0x0013})  # root node, aggregator, OTA requestor, power source, bridged node
# cluster: (attribute, observation type, unit or None for a flag, scale)
CLUSTERS: dict[str, tuple[str, str, str | None, str]] = {
    "TemperatureMeasurement": ("measuredValue", "air_temperature", "Cel", "0.01"),
    "RelativeHumidityMeasurement": ("measuredValue", "relative_humidity", "%", "0.01"),
    "PressureMeasurement": ("measuredValue", "air_pressure", "kPa", "0.1"),
    "FlowMeasurement": ("measuredValue", "water_flow", "m3/h", "0.1"),
    "BooleanState": ("stateValue", "contact", None, "1"),
    "OccupancySensing": ("occupancy", "occupancy", "bits", "1"),
    "OnOff": ("onOff", "switch_state", None, "1"),
}
_NUMBERS = {"1026": "TemperatureMeasurement", "1029": "RelativeHumidityMeasurement", "1027": "PressureMeasurement", "1028": "FlowMeasurement", "69": "BooleanState", "1030": "OccupancySensing", "6": "OnOff", "29": "Descriptor"}  # fmt: skip  # noqa: E501 - one table
_BY_TYPE = {0x0043: "water_leak", 0x0015: "contact", 0x0044: "water_leak"}


def convert(text: bytes | str | Content, *, at: Instant, node: str | None = None, limits: Limits = LIMITS) -> Mapped:
    """Return descriptors and observations of a Matter node dump.

    at: when the dump was taken; Matter attributes carry no time. ExchangeError for content that is no node dump.
    """
    content = loads(text, limits=limits, error=ExchangeError) if isinstance(text, bytes | str) else text
    held = content.get("attributes") if isinstance(content, dict) else None
    if not isinstance(held, dict):
        raise ExchangeError("E_MAP_TABLE", "/attributes", expected="a Matter node", got=type(held).__name__)
    name = node or f"node-{content.get('node_id', 'unknown')}"
    out = Mapped(TABLE["id"])
    for endpoint, clusters in _endpoints(held).items():
        kinds = [t.get("type", t.get("0")) for t in (clusters.get("Descriptor") or {}).get("deviceTypeList", []) if isinstance(t, dict)]
        devices: list[int] = [k for k in kinds if isinstance(k, int) and k not in UTILITY]
        if not devices:
            out.unmapped.append(f"/attributes/{endpoint}")
            continue
        _endpoint(out, f"{name}.{endpoint}", endpoint, devices, clusters, at.text)
    return out


def _endpoints(held: Content) -> dict[str, Content]:
    """Return clusters by endpoint; flat keys `endpoint/cluster/attribute` of newer servers are folded."""
    found: dict[str, Content] = {}
    for key, value in held.items():
        parts = key.split("/")
        if len(parts) == 3:  # noqa: PLR2004 - endpoint, cluster, attribute
            cluster = _NUMBERS.get(parts[1], parts[1])
            attribute = {"Descriptor": "deviceTypeList"}.get(cluster, CLUSTERS.get(cluster, (parts[2],))[0])
            if parts[2] == "0":
                found.setdefault(parts[0], {}).setdefault(cluster, {})[attribute] = value
        elif isinstance(value, dict):
            found[key] = value
    return dict(sorted(found.items()))


def _endpoint(out: Mapped, device: str, endpoint: str, kinds: list[int], clusters: Content, at: str) -> None:
    basic = {"manufacturer": "unknown", "model": "unknown"}
    channels = [c for c in (_channel(name, kinds) for name in clusters) if c]
    made = envelope("device-descriptor", identifier(TABLE["id"], device, ["descriptor"]), at, TABLE)
    made |= {"kind": "unit", "device_type": "home-environment-sensor", **basic, "regulatory": {"is_medical_device": "undetermined"}}
    made |= {"classifications": [{"system": "urn:csa:matter:device-type", "code": f"0x{k:04X}", "version": "1.0"} for k in kinds]}
    made |= {"contact": "ambient", "clock": {"type": "none", "sync": "none"}, "channels": channels, "transport": ["matter"]}
    out.documents.append(document(made))
    for name, clause in clusters.items():
        rule = CLUSTERS.get(name)
        if rule is None or not isinstance(clause, dict) or rule[0] not in clause:
            out.unmapped.append(f"/attributes/{endpoint}/{name}")
            continue
        _observation(out, device, name, clause[rule[0]], kinds, at, f"/attributes/{endpoint}/{name}/{rule[0]}")


def _type(name: str, kinds: list[int]) -> str:
    if name == "BooleanState":
        return next((_BY_TYPE[k] for k in kinds if k in _BY_TYPE), "contact")
    return CLUSTERS[name][1]


def _channel(name: str, kinds: list[int]) -> Content | None:
    rule = CLUSTERS.get(name)
    if rule is None:
        return None
    made: Content = {"id": _type(name, kinds), "observation_type": _type(name, kinds), "driven_by": "events"}
    return made | ({"unit": rule[2]} if rule[2] not in (None, "bits") else {})


def _observation(out: Mapped, device: str, name: str, value: Any, kinds: list[int], at: str, place: str) -> None:
    _, _, unit, scale = CLUSTERS[name]
    kind = _type(name, kinds)
    made = envelope("observation", identifier(TABLE["id"], device, [kind, at]), at, TABLE) | {"subject": {"kind": "device", "id": device}}
    made |= {"type": kind, "effective": at, "time_status": "local_guess", "status": "final", "modality": "sensed"}
    if value is None:
        made["absent"] = {"reason": "unknown", "detail": "null in the source"}
    elif unit == "bits":
        if isinstance(value, dict):
            value = value.get("occupied", value.get("value"))
        made["value"] = bool(value) if isinstance(value, bool) else bool(int(value) & 1)
    elif unit is None:
        if not isinstance(value, bool):
            raise ExchangeError("E_MAP_VALUE", place, expected="true or false", got=type(value).__name__)
        made["value"] = value
    elif isinstance(value, int) and not isinstance(value, bool):
        made["value"] = {"value": Decimal(value) * Decimal(scale), "unit": unit}
    else:
        raise ExchangeError("E_MAP_VALUE", place, expected="a whole number", got=type(value).__name__)
    out.documents.append(document(made))
