"""A bare small pydantic model of one observation, and the observation: what ours is compared with."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

TEXT = (
    '{"schema":"https://schemas.agetech.example/observation/1","schema_version":"1.0.0","id":"obs-1","recorded_at":"2026-11-23T08:00:00+08:00",'
    '"producer":{"name":"gw","version":"1.0"},"subject":{"kind":"elder-profile","id":"p_1"},"type":"heart_rate",'
    '"codes":[{"system":"http://loinc.org","code":"8867-4"},{"system":"urn:iso:std:iso:11073:10101","code":"147842"}],'
    '"effective":"2026-11-23T08:00:00.500+08:00","time_status":"synced","value":{"value":72.50,"unit":"/min"},"status":"final","modality":"sensed"}'
)


class _Small(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Code(_Small):
    """A code."""

    system: str
    code: str
    version: str | None = None
    display: str | None = None


class Number(_Small):
    """A quantity."""

    value: float = Field(ge=-1e9, le=1e9)
    unit: str


class Maker(_Small):
    """A program."""

    name: str
    version: str


class Link(_Small):
    """A reference."""

    kind: str
    id: str


class BARE(_Small):
    """An observation with the same content."""

    schema_: str = Field(alias="schema")
    schema_version: str
    id: str
    recorded_at: AwareDatetime
    producer: Maker
    subject: Link
    type: str
    codes: tuple[Code, ...]
    effective: AwareDatetime
    time_status: Literal["synced", "unknown"]
    value: Number
    status: Literal["final", "amended"]
    modality: Literal["sensed", "unknown"]
