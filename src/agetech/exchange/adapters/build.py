"""Rows to documents: the one engine behind every mapping table."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

from agetech.errors import AgetechError, ExchangeError
from agetech.exchange.adapters import times
from agetech.exchange.adapters.mapping import MISSING, Mapped, Row, document, envelope, identifier, number, rows
from agetech.schemas.instants import Instant
from agetech.schemas.ucum import parse

Content = dict[str, Any]
_MODALITY = ("sensed", "self-reported", "derived", "observed_by_carer", "unknown")
_MOST_UNREAD = 200
_LONGEST_ID = 128
_MOMENTS = "https://schemas.agetech.example/adapters/moments"


class Builder:
    """Applies one table to one payload."""

    def __init__(self, table: Content, content: Any, subject: str, zone: tzinfo | None, at: Instant | None) -> None:
        self.table, self.content, self.subject, self.zone = table, content, subject, zone
        self.at = (at or Instant(datetime.now(UTC))).text
        self.read: set[str] = set()
        self.out = Mapped(table["id"])
        self.seen: dict[str, int] = {}

    def result(self) -> Mapped:
        """Return what the payload came to."""
        kind, _, name = str(self.table["as"]).partition(":")
        held = rows(self.content, self.table["rows"])
        if kind == "segments":
            self._segments(held, name)
        else:
            for row in held:
                try:
                    if self._wanted(row):
                        {"observations": self._observations, "panel": self._panel, "episode": self._episode, "devices": self._device}[kind](
                            row, name
                        )
                except AgetechError as fault:
                    if fault.code == "E_MAP_ZONE":
                        raise
                    if not fault.path.startswith("/"):
                        fault.path = f"/{'/'.join(row.path)}: {fault.path}"
                    self.out.refused.append(fault)
        self.out.unmapped = self._unread()
        return self.out

    def get(self, row: Row, place: str) -> Any:
        """Return the value at a place, and remember that the table reads it."""
        self.read.add(_general(row.where(place)))
        return row.get(place)

    def _wanted(self, row: Row) -> bool:
        only = self.table.get("only")
        return only is None or self.get(row, only["at"]) in only["in"]

    def _time(self, row: Row) -> tuple[Any, str]:
        told = self.table["time"]
        status = "unknown"
        value, place = self._first(row, told["at"])
        if value is MISSING or value is None:
            value, place = self._first(row, told.get("fallback", []))
            status = "local_guess"
            if value is MISSING or value is None:
                raise ExchangeError(
                    "E_MAP_TIME",
                    row.where(next((p for p in [*told["at"], *told.get("fallback", [])] if isinstance(p, str)), "")),
                    expected="a time",
                    got="none",
                )
            return times.instant(value, place), status
        start = self._moment(told, row, value, place)
        if isinstance(start, dict):
            return start, status
        end, end_place = self._first(row, told.get("end", []))
        if end is not MISSING and end is not None:
            return {"start": start, "end": self._moment(told, row, end, end_place)}, status
        lasting = told.get("duration")
        length = self.get(row, lasting["at"]) if lasting and "at" in lasting else (lasting or {}).get("value", MISSING)
        if length is not MISSING and length is not None:
            seconds = Decimal(str(length)) * Decimal(str(parse(lasting["unit"]).factor))
            return {"start": start, "end": times.later(start, seconds)}, status
        return start, status

    def _first(self, row: Row, places: list[Any]) -> tuple[Any, str]:
        for place in places:
            if isinstance(place, list):
                parts = [self.get(row, p) for p in place]
                if all(isinstance(p, str) for p in parts):
                    return "T".join(parts), row.where(place[0])
            else:
                found = self.get(row, place)
                if found is not MISSING:
                    return found, row.where(place)
        return MISSING, ""

    def _moment(self, told: Content, row: Row, value: Any, place: str) -> Any:
        rule = told["rule"]
        if rule == "instant":
            return times.instant(value, place)
        if rule == "epoch":
            return times.epoch(value, place)
        zone = self._zone(told, row, place)
        if rule == "epoch_wall":
            return times.epoch(value, place, zone=zone, wall=True)
        if rule == "day":
            return times.day(value, zone, place)
        if not isinstance(value, str):
            raise ExchangeError("E_MAP_TIME", place, expected="local text", got=type(value).__name__)
        return times.local(value, zone, place)

    def _zone(self, told: Content, row: Row, place: str) -> tzinfo:
        where = told.get("zone")
        if where:
            found = self.get(row, where)
            if found is not MISSING and found is not None:
                return times.zone_of(found, row.where(where))
        if self.zone is None:
            raise ExchangeError("E_MAP_ZONE", place, expected=self.table["id"])
        return self.zone

    def _modality(self, row: Row) -> str:
        told = self.table.get("modality")
        if not told:
            return "unknown"
        if "is" in told:
            return str(told["is"])
        return str(told["map"].get(str(self.get(row, told["at"])), "unknown"))

    def _values(self, row: Row) -> list[tuple[str, Content]]:
        """Return (observation type, {value} or {absent}) of everything a row tells."""
        found = []
        for told in self.table.get("values", []):
            value = self.get(row, told["at"])
            if value is not MISSING:
                found.append((told["type"], self._value(told, value, row, row.where(told["at"]))))
        select = self.table.get("select")
        if select:
            for inner in rows(row.held, select["rows"]):
                deep = Row(inner.held, self.content, (*row.path, *inner.path), inner.key)
                told = select["cases"].get(str(self.get(deep, select["by"])))
                value = self.get(deep, select["value"])
                power = self.get(deep, select["power10"]) if "power10" in select else 0
                if told is None or value is MISSING:
                    self.read.discard(_general(deep.where(select["value"])))
                    self.out.unmapped.append(deep.where(select["value"]))
                    continue
                if isinstance(value, int | Decimal) and isinstance(power, int) and abs(power) <= 30:  # noqa: PLR2004 - no vendor scales by more
                    value = Decimal(value).scaleb(power)
                found.append((told["type"], self._value(told, value, row, deep.where(select["value"]))))
        return found

    def _value(self, told: Content, value: Any, row: Row, place: str) -> Content:
        if value is None or (
            isinstance(value, int | Decimal) and not isinstance(value, bool) and any(Decimal(value) == a for a in told.get("absent", []))
        ):
            self.out.absent.append(place)
            return {"absent": {"reason": "unknown", "detail": "null in the source" if value is None else "sentinel of the source"}}
        if "codes" in told:
            if not isinstance(value, str | bool | int) or str(value) not in told["codes"]:
                raise ExchangeError("E_MAP_VALUE", place, expected=", ".join(told["codes"]), got="another")
            return {"value": told["codes"][str(value)]}
        if told.get("flag"):
            if not isinstance(value, bool):
                raise ExchangeError("E_MAP_VALUE", place, expected="true or false", got=type(value).__name__)
            return {"value": value}
        exact = number(value, place, text=bool(told.get("text", self.table.get("text_numbers", False))))
        if any(exact == Decimal(str(a)) for a in told.get("absent", [])):
            self.out.absent.append(place)
            return {"absent": {"reason": "unknown", "detail": "sentinel of the source"}}
        return {"value": {"value": _scaled(exact, told), "unit": self._unit(told, row)}}

    def _unit(self, told: Content, row: Row) -> str:
        if "units" not in told:
            return str(told["unit"])
        found = self.get(row, told["units"]["by"])
        unit = told["units"]["map"].get(str(found)) if found is not MISSING else told.get("unit")
        if unit is None:
            raise ExchangeError("E_MAP_VALUE", row.where(told["units"]["by"]), expected=", ".join(told["units"]["map"]), got="another unit")
        return str(unit)

    def _base(self, row: Row, name: str, what: str) -> Content | None:
        keys = [self.get(row, place) for place in self.table.get("key", [])]
        parts = keys if keys and all(k is not MISSING and k is not None for k in keys) else list(row.path)
        ident = identifier(self.table["id"], self.subject, [*parts, what])
        if self.table.get("merge") and ident in self.seen:
            return None
        self.seen[ident] = self.seen.get(ident, 0) + 1
        if self.seen[ident] > 1:
            ident = identifier(self.table["id"], self.subject, [*parts, what, self.seen[ident]])
        made = envelope(name, ident, self.at, self.table) | {"subject": {"kind": "elder-profile", "id": self.subject}}
        places = self.table.get("device", [])
        found = [self.get(row, place) for place in ([places] if isinstance(places, str) else places)]
        device = next((one for one in found if isinstance(one, str) and one), None)
        if device is not None and device.strip() == device:
            made["device"] = {"kind": "device", "id": device[:128]}
        return made

    def _observations(self, row: Row, _: str) -> None:
        found = self._values(row)
        if not found:
            return
        effective, status = self._time(row)
        for kind, value in found:
            base = self._base(row, "observation", kind)
            if base is not None:
                common = {"type": kind, "effective": effective, "time_status": status, "status": "final", "modality": self._modality(row)}
                self.out.documents.append(document({**base, **common, **value}))

    def _panel(self, row: Row, name: str) -> None:
        found = self._values(row)
        if not found:
            return
        parts = [(k, v) for k, v in found if k.startswith(name.removesuffix("_panel"))]
        effective, status = self._time(row)
        common = {"effective": effective, "time_status": status, "status": "final", "modality": self._modality(row)}
        base = self._base(row, "observation", name) if parts else None
        if base is not None:
            self.out.documents.append(document({**base, **common, "type": name, "components": [{"type": k, **v} for k, v in parts]}))
        for kind, value in found:
            if (kind, value) not in parts:
                single = self._base(row, "observation", kind)
                if single is not None:
                    self.out.documents.append(document({**single, **common, "type": kind, **value}))

    def _episode(self, row: Row, name: str) -> None:
        effective, _ = self._time(row)
        if not isinstance(effective, dict):
            raise ExchangeError("E_MAP_TIME", row.where(""), expected="start and end", got="one moment")
        base = self._base(row, "episode", name)
        if base is None:
            return
        summary = {kind: held["value"] for kind, held in self._values(row) if "value" in held}
        made = {**base, "kind": name, "period": effective, "summary": summary, "modality": self._modality(row)}
        main = (self.table.get("segments") or {}).get("main")
        told = self.get(row, main) if main else MISSING
        self.out.documents.append(document(made | ({"is_main": told} if isinstance(told, bool) else {})))

    def _device(self, row: Row, _: str) -> None:
        """Add the descriptor of one device of a list; what the source does not say is `unknown`, a null is counted as absent."""
        told = self.table["devices"]
        given = self.get(row, told["id"])
        named = isinstance(given, str) and given.strip() == given and 0 < len(given) <= _LONGEST_ID and given not in self.seen
        ident = given if named else identifier(self.table["id"], self.subject, [*row.path])
        self.seen[ident] = 1
        model = self.get(row, told["model"])
        known = isinstance(model, str) and bool(model.strip())
        if not known:
            self.out.absent.append(row.where(told["model"]))
        made = envelope("device-descriptor", ident, self.at, self.table) | {"kind": "unit", "manufacturer": self.table["vendor"]}
        made |= {
            "device_type": told.get("map", {}).get(str(self.get(row, told["type"])), "unknown"),
            "model": model if known else "unknown",
        }
        made |= {"regulatory": {"is_medical_device": "undetermined"}, "contact": "unknown", "channels": []}
        made["clock"] = {"type": "unknown", "sync": "unknown"}
        moments = {}
        for name, place in told.get("moments", {}).items():
            value = self.get(row, place)
            if value is None:
                self.out.absent.append(row.where(place))
            elif value is not MISSING:
                moments[name] = times.epoch(value, row.where(place))
        self.out.documents.append(document(made | ({"extensions": {_MOMENTS: moments}} if moments else {})))

    def _segments(self, held: list[Row], name: str) -> None:
        """Sort segments, split them into episodes where a gap is too long, and cut nothing: an overlap is refused."""
        told = self.table["segments"]
        parts = []
        for row in held:
            try:
                effective, _ = self._time(row)
                stage = told["map"].get(str(self.get(row, told["state"])))
                if stage is None or not isinstance(effective, dict):
                    raise ExchangeError("E_MAP_VALUE", row.where(told["state"]), expected=", ".join(told["map"]), got="another")
                parts.append((Instant(effective["start"]).ns, Instant(effective["end"]).ns, {**effective, "stage": stage}))
            except AgetechError as fault:
                if fault.code == "E_MAP_ZONE":
                    raise
                self.out.refused.append(fault)
        parts.sort(key=lambda p: (p[0], p[1]))
        night: list[Any] = []
        for part in parts:
            if night and part[0] - night[-1][1] > told["gap"] * 1_000_000_000:
                self._night(night, name)
                night = []
            night.append(part)
        self._night(night, name)

    def _night(self, night: list[Any], name: str) -> None:
        if not night:
            return
        ident = identifier(self.table["id"], self.subject, [night[0][0], name])
        made = envelope("episode", ident, self.at, self.table) | {"subject": {"kind": "elder-profile", "id": self.subject}, "kind": name}
        period = {"start": night[0][2]["start"], "end": max(night, key=lambda p: p[1])[2]["end"]}
        try:
            self.out.documents.append(
                document({**made, "period": period, "summary": {}, "segments": [p[2] for p in night], "modality": "sensed"})
            )
        except AgetechError as fault:
            self.out.refused.append(fault)

    def _unread(self) -> list[str]:
        found: list[str] = []

        def walk(value: Any, path: tuple[str, ...]) -> None:
            place = _general("/" + "/".join(path)) if path else ""
            if place in self.read:
                return
            if isinstance(value, dict) and value:
                for key, inner in value.items():
                    walk(inner, (*path, key))
            elif isinstance(value, list) and value:
                for n, inner in enumerate(value):
                    walk(inner, (*path, str(n)))
            elif place not in found and value not in ([], {}):
                found.append(place)

        walk(self.content, ())
        return (sorted(set(self.out.unmapped)) + found)[:_MOST_UNREAD]


def _scaled(value: Decimal, told: Content) -> Decimal:
    scale = told.get("scale")
    return value if scale is None else value * Decimal(str(scale))


def _general(place: str) -> str:
    """Return a pointer with list positions and numeric keys as `*`: what a table reads once, it reads in every row."""
    return "/".join("*" if part.isdigit() else part for part in place.split("/"))
