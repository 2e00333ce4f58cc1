"""Random valid documents of every schema, from a seed: synthetic through and through."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from agetech.schemas import documents
from agetech.schemas.catalogue import device_types, observation_types
from agetech.schemas.instants import Instant
from benchmarks.schemas.make_cards import algorithm_card, certification_record, conformance_report, dataset_card, patent_pledge
from benchmarks.schemas.make_parts import ROLES, WORDS, Content, coding, envelope, moment, number, quantity, ref, seeded, token, value


def observation(r: random.Random) -> Content:
    """Return a random observation."""
    made: Content = {
        "subject": ref(r),
        "type": "other",
        "status": r.choice(("final", "amended")),
        "modality": r.choice(("sensed", "unknown", "self-reported")),
    }
    made |= {"time_status": r.choice(("synced", "unknown", "local_guess")), "effective": moment(r)}
    kind = r.randint(0, 3)
    if kind == 0:
        made["absent"] = {"reason": r.choice(("unknown", "asked-declined"))} | ({"detail": "x"} if r.random() < 0.5 else {})
    elif kind == 1:
        made["components"] = [{"type": "other", "codes": [coding(r)], "value": value(r)}, {"type": token(r), "absent": {"reason": "error"}}]
    elif kind == 2:
        name = r.choice([n for n, t in observation_types().items() if t.ucum])
        made |= {"type": name, "value": quantity(r, observation_types()[name].ucum)}
    else:
        made["value"] = value(r)
    for field, chance, maker in (("device", 0.5, lambda: ref(r, "device")), ("gateway", 0.3, lambda: ref(r, "device")), ("codes", 0.5, lambda: [coding(r)]), ("posture", 0.2, lambda: "sitting"), ("note", 0.2, lambda: r.choice(WORDS)), ("method", 0.2, lambda: coding(r)), ("validity", 0.2, lambda: {"code": "valid", "index": Decimal("0.50")})):  # fmt: skip  # noqa: E501 - one table
        if r.random() < chance:
            made[field] = maker()
    return made


def event(r: random.Random) -> Content:
    """Return a random event with a legal history."""
    from agetech.schemas import alarms

    at = r.randint(0, 2**60)
    priority, latching = r.choice(("high", "medium", "low")), r.random() < 0.5
    steps: list[Content] = [{"at": Instant.from_ns(at).text, "to": r.choice(("active", "pending")), "actor": {"role": "software"}}]
    now = alarms.first(steps[0]["to"], at)
    for _ in range(r.randint(0, 5)):
        allowed = sorted(alarms._allowed(now, priority))  # noqa: SLF001 - the generator asks the table it is about
        if not allowed:
            break
        at += r.randint(0, 10**11)
        entry = {"at": Instant.from_ns(at).text, "to": r.choice(allowed), "actor": {"role": r.choice(ROLES)}}
        now = alarms.follow(now, _Step(entry["to"], entry["actor"]["role"], at), priority=priority, latching=latching)
        steps.append(entry)
    made: Content = {
        "subject": ref(r),
        "type": r.choice(("fall", "bed_exit", token(r))),
        "kind": "physiological",
        "priority": priority,
        "latching": latching,
    }
    made |= {"onset": steps[0]["at"], "detected_at": steps[0]["at"], "state": now.state, "signal": now.signal, "transitions": steps}
    made |= {"acknowledged_by": {"role": "nurse"}} if now.acknowledged else {}
    made |= {"countdown": quantity(r, "s")} if steps[0]["to"] == "pending" else {}
    made |= {"algorithm": {"id": "falls.impact", "version": "1.0.0"}, "features": [{"name": "peak", "value": number(r), "unit": "m/s2"}, {"name": "tilt", "value": "NaN", "unit": "deg"}]} if r.random() < 0.5 else {}  # fmt: skip  # noqa: E501 - one table
    if now.over and r.random() < 0.5:
        outcome = r.choice(("true", "false", "test", "unknown"))
        made["verdict"] = {"outcome": outcome, "by": "nurse", "at": Instant.from_ns(at).text} | (
            {"cause": "sat_down_hard"} if outcome == "false" else {}
        )
    return made


class _Step:
    def __init__(self, to: str, role: str, ns: int) -> None:
        self.to, self.role, self.ns = to, role, ns


def episode(r: random.Random) -> Content:
    """Return a random episode."""
    at = r.randint(0, 2**60)
    hour = 3_600_000_000_000
    made: Content = {"subject": ref(r), "kind": r.choice(("sleep", "physical_activity")), "modality": "sensed"}
    made["period"] = {"start": Instant.from_ns(at).text, "end": Instant.from_ns(at + 8 * hour).text}
    units = {
        "sleep": (("total_sleep_time", "min"), ("light_sleep_time", "h")),
        "physical_activity": (("distance", "km"), ("energy", "kcal")),
    }[made["kind"]]
    made["summary"] = {name: {"value": Decimal(r.randint(1, 400)), "unit": unit} for name, unit in units if r.random() < 0.8}
    if r.random() < 0.5:
        made["segments"] = [
            {
                "start": Instant.from_ns(at + k * hour).text,
                "end": Instant.from_ns(at + (k + 1) * hour).text,
                "stage": r.choice(("light", "deep")),
            }
            for k in range(3)
        ]
    return made | ({"is_main": True} if r.random() < 0.5 else {})


def elder_profile(r: random.Random) -> Content:
    """Return a random profile."""
    made: Content = {"profile": "minimal", "pseudonym": f"p{r.randint(0, 10**9)}", "living_context": "nursing_home", "consents": []}
    made |= {"birth_year": r.randint(1925, 1965)} if r.random() < 0.7 else {}
    made |= {"sex": r.choice(("female", "male"))} if r.random() < 0.7 else {}
    if r.random() < 0.5:
        made |= {
            "consents": [ref(r, "consent")],
            "retention_until": "2036-01-01",
            "care_level": {"scheme": "gbt_42195", "edition": "2022", "level": 2, "assessed_at": moment(r)},
        }
        made |= {"risk_flags": [{"risk": "fall", "level": "high", "assessed_at": moment(r)}]}
    if r.random() < 0.3:
        made |= {"profile": "extended", "education_years": r.randint(0, 20), "languages": ["zh", "wuu"]}
    return made


def consent(r: random.Random) -> Content:
    """Return a random consent."""
    at = r.randint(0, 2**60)
    made: Content = {
        "subject": ref(r),
        "decision": "permit",
        "grantor": "self",
        "basis": "consent",
        "separate_consent": True,
        "categories": ["health"],
        "purposes": ["care"],
    }
    made |= {
        "recipients": [ref(r, "organization")],
        "cross_border": False,
        "automated_decision": False,
        "status": "active",
        "notice": {"version": "1", "sha256": "0" * 64},
    }
    return made | {"period": {"start": Instant.from_ns(at).text, "end": Instant.from_ns(at + 10**17).text}}


def device_descriptor(r: random.Random) -> Content:
    """Return a random descriptor."""
    kind = r.choice(list(device_types().values()))
    channels = []
    for name in dict.fromkeys(kind.channels):
        unit = observation_types()[name].ucum
        channels.append({"id": name, "observation_type": name, "driven_by": "events"} | ({"unit": unit} if unit else {}))
    made: Content = {
        "kind": "model",
        "device_type": kind.id,
        "manufacturer": r.choice(WORDS[:3]),
        "model": token(r),
        "channels": channels,
        "contact": "worn",
    }
    made |= {
        "regulatory": {"is_medical_device": "undetermined"},
        "clock": {"type": "utc", "sync": "ntp"},
        "classifications": [coding(r) | {"version": "2022"}],
    }
    return made | {"privacy": {"captures": ["radar"], "on_device_only": True}}


def recording(r: random.Random) -> Content:
    """Return a random recording header."""
    at = r.randint(0, 2**60)
    channel = {"id": "x", "observation_type": "ecg", "unit": "mV", "dtype": "int16", "columns": 1, "gain": Decimal("0.0050")}
    made: Content = {
        "device": ref(r, "device"),
        "start": Instant.from_ns(at).text,
        "epoch_ns": at,
        "time_base": "uniform",
        "sample_rate": Decimal("250.0"),
        "n_samples": 100,
        "channels": [channel],
    }
    return made | {
        "gaps": [{"start": 3, "end": 9, "reason": "off_body"}],
        "storage": "npy",
        "data": {"media_type": "application/x-npy", "sha256": "1" * 64, "bytes": 200, "path": "a/b.npy"},
    }


def assessment_result(r: random.Random) -> Content:
    """Return a random assessment result."""
    items: list[Content] = [
        {"item": f"i{k}", "answer": r.randint(0, 3), "points": Decimal(r.randint(0, 3))} for k in range(r.randint(1, 5))
    ]
    items += [{"item": "lacks", "absent": {"reason": "asked-declined"}}] if r.random() < 0.5 else []
    made: Content = {
        "subject": ref(r),
        "instrument": {"id": "gds15", "edition": "1.0", "language": "zh"},
        "performed_at": moment(r),
        "assessor": {"role": "nurse"},
        "mode": "face_to_face",
    }
    made |= {
        "items": items,
        "scores": [{"name": "total", "value": Decimal(5), "least": Decimal(0), "most": Decimal(15)}],
        "missing_items": sum("answer" not in i for i in items),
    }
    return made | {"prorated": False, "algorithm": "gds15@1.0.0"}


def care_plan(r: random.Random) -> Content:
    """Return a random care plan."""
    made: Content = {
        "subject": ref(r),
        "status": "active",
        "intent": "plan",
        "setting": "home",
        "goals": [{"id": "g1", "description": r.choice(WORDS[:3]), "lifecycle": "active"}],
    }
    return made | {
        "activities": [
            {
                "id": "a1",
                "kind": "train",
                "description": "walk",
                "status": "scheduled",
                "goals": ["g1"],
                "timing": {"times": ["08:30"], "days": ["mon"]},
            }
        ]
    }


def bundle(r: random.Random) -> Content:
    """Return a random bundle."""
    entries = [make(r, name) for name in r.sample(sorted(MAKERS), 3) if name != "bundle"]
    for n, entry in enumerate(entries):
        entry["id"] = f"e{n}"
    return {"entries": entries, "counts": dict(Counter(e["schema"].rsplit("/", 2)[1] for e in entries))}


MAKERS: dict[str, Callable[[random.Random], Content]] = {
    "observation": observation, "event": event, "episode": episode, "elder-profile": elder_profile, "consent": consent,
    "device-descriptor": device_descriptor, "recording": recording, "assessment-result": assessment_result, "care-plan": care_plan,
    "algorithm-card": algorithm_card, "patent-pledge": patent_pledge, "certification-record": certification_record,
    "dataset-card": dataset_card, "conformance-report": conformance_report, "bundle": bundle,
}  # fmt: skip


def make(r: random.Random, name: str) -> Content:
    """Return the content of a random valid document of schema `name`."""
    return {**envelope(r, name), **MAKERS[name](r)}


def main() -> None:
    """Print one document of each schema."""
    r = seeded(0)
    for name in sorted(MAKERS):
        print(documents.dump(documents.read(make(r, name))))


if __name__ == "__main__":
    main()
