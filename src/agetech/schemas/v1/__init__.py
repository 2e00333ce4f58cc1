"""Major version 1 of the data models; each name is loaded when it is first used."""

# ruff: noqa: F401 - imported for type checkers; at run time a name loads when it is first used
from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOMES = {
    "person": ("AssistiveNeed", "CareLevel", "Carer", "ElderProfile", "Place", "RiskFlag", "Sense", "Sensory"),
    "consent": ("Consent", "Notice", "permits"),
    "device": ("AlarmCapability", "Channel", "Clock", "DeviceDescriptor", "DevicePrivacy", "Power", "Regulatory", "Software"),
    "observation": ("Component", "Observation"),
    "recording": ("Annotation", "Gap", "QualitySpan", "RecordedChannel", "Recording", "SyncPoint"),
    "episode": ("Episode", "Segment"),
    "event": ("AlgorithmRun", "EscalationPolicy", "EscalationStep", "Event", "Feature", "Transition", "FieldVerdict"),
    "assessment": ("AssessmentResult", "Instrument", "ItemAnswer", "Score"),
    "care": ("Activity", "CareGoal", "CarePlan", "Target", "Timing"),
    "cards": (
        "AlgorithmCard", "Citation", "DatasetCard", "Evidence", "FailureMode", "InputSpec", "LabelSpec", "OutputSpec", "ParameterSpec",
        "Robustness", "Split", "Told",
    ),
    "pool": ("CertificationRecord", "Claim", "Lacking", "PatentPledge", "Royalty", "StandardMet"),
    "conformance": ("CaseResult", "ConformanceReport", "Implementation", "Kit", "ProfileResult", "RequirementResult"),
    "bundle": ("Bundle",),
    "datatypes": (
        "Actor", "Attachment", "BodySite", "Coding", "DataAbsent", "Document", "Frame", "Identifier", "Moments", "Period", "Producer",
        "Provenance", "Quantity", "Range", "Ratio", "Reference", "Validity",
    ),
}  # fmt: skip
_HOME = {name: home for home, names in _HOMES.items() for name in names}
DOCUMENTS = {
    "elder-profile": "ElderProfile", "consent": "Consent", "device-descriptor": "DeviceDescriptor", "observation": "Observation",
    "recording": "Recording", "episode": "Episode", "event": "Event", "assessment-result": "AssessmentResult", "care-plan": "CarePlan",
    "algorithm-card": "AlgorithmCard", "patent-pledge": "PatentPledge", "certification-record": "CertificationRecord",
    "dataset-card": "DatasetCard", "conformance-report": "ConformanceReport", "bundle": "Bundle",
}  # fmt: skip
__all__ = sorted(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]  # noqa: PLE0605 - names are texts, sorted


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(name)
    found = getattr(import_module(f"agetech.schemas.v1.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(_HOME)


if TYPE_CHECKING:
    from agetech.schemas.v1.assessment import AssessmentResult, Instrument, ItemAnswer, Score
    from agetech.schemas.v1.bundle import Bundle
    from agetech.schemas.v1.cards import (
        AlgorithmCard,
        Citation,
        DatasetCard,
        Evidence,
        FailureMode,
        InputSpec,
        LabelSpec,
        OutputSpec,
        ParameterSpec,
        Robustness,
        Split,
        Told,
    )
    from agetech.schemas.v1.care import Activity, CareGoal, CarePlan, Target, Timing
    from agetech.schemas.v1.conformance import CaseResult, ConformanceReport, Implementation, Kit, ProfileResult, RequirementResult
    from agetech.schemas.v1.consent import Consent, Notice, permits
    from agetech.schemas.v1.datatypes import (
        Actor,
        Attachment,
        BodySite,
        Coding,
        DataAbsent,
        Document,
        Frame,
        Identifier,
        Moments,
        Period,
        Producer,
        Provenance,
        Quantity,
        Range,
        Ratio,
        Reference,
        Validity,
    )
    from agetech.schemas.v1.device import AlarmCapability, Channel, Clock, DeviceDescriptor, DevicePrivacy, Power, Regulatory, Software
    from agetech.schemas.v1.episode import Episode, Segment
    from agetech.schemas.v1.event import AlgorithmRun, EscalationPolicy, EscalationStep, Event, Feature, FieldVerdict, Transition
    from agetech.schemas.v1.observation import Component, Observation
    from agetech.schemas.v1.person import AssistiveNeed, CareLevel, Carer, ElderProfile, Place, RiskFlag, Sense, Sensory
    from agetech.schemas.v1.pool import CertificationRecord, Claim, Lacking, PatentPledge, Royalty, StandardMet
    from agetech.schemas.v1.recording import Annotation, Gap, QualitySpan, RecordedChannel, Recording, SyncPoint
