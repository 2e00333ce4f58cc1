"""The figures B1 to B16 of the data models: what is reached beside what was asked.

    python -m benchmarks.schemas.figures [--quick] [B1 ...]

Needs the extras `test` (fhir.resources, jsonschema) and the data folder (AGETECH_DATA or ../shared/data). --quick draws a tenth of the
random cases. Times are CPU time of this thread, ratios are measured in turns in one process (`benchmarks.ratio`).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema

from agetech.errors import AgetechError, ExchangeError, SchemaError
from agetech.exchange import fhir, omh
from agetech.schemas import alarms, catalogue, compat, documents, publish, registry, versions
from agetech.schemas.engine import first_fault
from agetech.schemas.jsontext import dumps, loads
from agetech.schemas.meaning import bindings
from benchmarks import evidence
from benchmarks.schemas.edits import counter_examples
from benchmarks.schemas.make import make
from benchmarks.schemas.make_parts import seeded
from benchmarks.schemas.pairs import pairs
from benchmarks.schemas.speed import b9, b10, b11
from benchmarks.schemas.verdicts import agreement, documented

Figure = dict[str, Any]
FHIR = ("hl7-phd", "fhir-r5-examples", "fhir-validator-cases", "google-fhir-corner-cases", "synthea-r4")
NUMBER = re.compile(r"(?<=[:\[,\s])-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?=[\s,\]}])")
TIME = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^"]*)"')
SENDABLE = ("observation", "event", "episode", "elder-profile", "consent", "device-descriptor", "assessment-result", "care-plan")


def folder() -> Path:
    """Return the data folder."""
    return Path(os.environ.get("AGETECH_DATA") or Path(__file__).parents[3] / "shared" / "data") / "schemas"


def files() -> list[Path]:
    """Return the 46 FHIR files."""
    return [path for name in FHIR for path in sorted((folder() / name).glob("*.json"))]


def oracle(text: str, release: str) -> bool:
    """Return whether fhir.resources accepts a resource."""
    from fhir.resources import get_fhir_model_class as r5
    from fhir.resources.R4B import get_fhir_model_class as r4

    try:
        {"R4": r4, "R5": r5}[release](json.loads(text)["resourceType"]).model_validate_json(text)
    except ValueError:
        return False
    return True


def b1(_: int) -> Figure:
    """FHIR files named by version, read or refused as an independent reader finds."""
    right, read, refused = 0, 0, 0
    for path in files():
        text = path.read_bytes().decode("utf-8-sig")
        able = [release for release in ("R4", "R5") if oracle(text, release)]
        try:
            found = fhir.read(text).release
            read += 1
            right += found == ("either" if len(able) == 2 else able[0] if able else "")
        except ExchangeError as fault:
            refused += fault.path.startswith("/")
            right += not able
    return {
        "asked": "46/46 named, 44 read, 2 refused with a pointer",
        "files": len(files()),
        "named": right,
        "read": read,
        "refused": refused,
        "reached": (right, read, refused) == (46, 44, 2),
    }


def b2(_: int) -> Figure:
    """Share of the exports that fhir.resources accepts."""
    counts: Counter[str] = Counter()
    for path in files():
        try:
            held = fhir.read(path.read_bytes())
        except ExchangeError:
            continue
        for release in ("R4", "R5"):
            counts[f"{release} {oracle(dumps(held.export(release)), release)}"] += 1
    return {"asked": "100 % of exports in R5 and R4", **counts, "reached": counts == {"R4 True": 44, "R5 True": 44}}


def b3(_: int) -> Figure:
    """Numbers and times that an import and export changes."""
    numbers = times = lost_numbers = lost_times = 0
    for path in files():
        raw = path.read_bytes().decode("utf-8-sig")
        try:
            out = dumps(fhir.read(raw).export())
        except ExchangeError:
            continue
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', raw)
        back = re.sub(r'"(?:[^"\\]|\\.)*"', '""', out)
        have, got = Counter(_spelled(n) for n in NUMBER.findall(bare)), Counter(_spelled(n) for n in NUMBER.findall(back))
        numbers += sum(have.values())
        lost_numbers += sum((have - got).values())
        before, after = Counter(TIME.findall(raw)), Counter(TIME.findall(out))
        times += sum(before.values())
        lost_times += sum((before - after).values())
    return {
        "asked": "0 numbers and 0 times changed",
        "numbers": numbers,
        "numbers changed": lost_numbers,
        "times": times,
        "times changed": lost_times,
        "reached": lost_numbers == lost_times == 0,
    }


def _spelled(number: str) -> str:
    from decimal import Decimal

    return str(Decimal(number).as_tuple())


def b4(_: int) -> Figure:
    """Open mHealth verdicts."""
    library = omh.Library(folder() / "openmhealth-test-data" / "schema", folder() / "ieee-1752-schemas")
    counts: Counter[str] = Counter()
    for path in sorted((folder() / "openmhealth-test-data").glob("*/*/*/should*/*.json")):
        space, name, version, wanted = path.parts[-5:-1]
        good = not library.faults(loads(path.read_bytes()), name, version, space)
        counts[f"{wanted} {'right' if good == (wanted == 'shouldPass') else 'wrong'}"] += 1
    return {"asked": "266/266 and 264/264", **counts, "reached": counts == {"shouldPass right": 266, "shouldFail right": 264}}


def b5(scale: int) -> Figure:
    """Documents that go out as FHIR R5, R4 and Open mHealth and come back equal."""
    unequal, sent = 0, Counter[str]()
    for name in SENDABLE:
        r = seeded(name)
        for _ in range(100 * scale):
            document = documents.read(make(r, name))
            for release in ("R5", "R4"):
                sent[release] += 1
                unequal += fhir.read(dumps(fhir.write(document, release=release))).documents != [document]
            if name == "episode":
                sent["omh"] += 1
                unequal += omh.read(dumps(omh.write(document))).document != document
    return {
        "asked": "equal on 1,000 instances a type",
        "types": len(SENDABLE),
        "sent": dict(sent),
        "unequal": unequal,
        "reached": unequal == 0 and scale >= 10,
    }


def b6(scale: int) -> Figure:
    """Labelled schema pairs, and random edits of the real schemas."""
    counts: Counter[str] = Counter()
    for _, old, new, direction, label in pairs():
        found = compat.check(old, new, direction)  # type: ignore[arg-type] - a direction by text
        counts["right" if found.verdict == label else "wrong"] += 1
        counts["breaking called compatible"] += label == "breaking" and found.passes
    told = counter_examples(edits=500 * scale, instances=200, seed=2)
    wrong = len(told["wrong"])
    return {
        "asked": ">= 300 pairs, 100 % right, none breaking called compatible; 5,000 edits x 200 instances without counter-example",
        **counts,
        "random edits": told["edits"],
        "called compatible": told["compatible"],
        "instances an edit": told["fewest"],
        "counter-examples": wrong,
        "reached": not counts["wrong"] and not wrong and told["edits"] >= 5000 and told["fewest"] >= 200,
    }


def b7(scale: int) -> Figure:
    """Upcasts valid, downcasts back to what was."""
    bad, r = 0, seeded(1)
    for _ in range(100 * scale):
        content = make(r, "event")
        content.pop("verdict", None)
        old = {**content, "schema_version": "1.0.0"}
        new = versions.upcast(old)
        bad += first_fault(registry.current("event"), new) is not None or dumps(versions.downcast(new, to="1.0.0"), sort=True) != dumps(
            old, sort=True
        )
    return {
        "asked": "1,000 instances an edge, 0 bad",
        "edges": len(versions.EDGES),
        "instances": 100 * scale,
        "bad": bad,
        "reached": bad == 0 and scale >= 10,
    }


def b8(scale: int) -> Figure:
    """Documents of a newer minor with unknown fields at every level."""
    changed, r = 0, seeded(2)
    total = 1000 * scale
    for k in range(total):
        name = registry.names()[k % 15]
        content = _sprinkled(make(r, name), registry.current(name), r)
        content["schema_version"] = "1.99.0"
        document = documents.read(content)
        changed += dumps(documents.content(documents.load(documents.dump(document))), sort=True) != dumps(content, sort=True)
    return {"asked": "10,000 round trips, 0 changed", "round trips": total, "changed": changed, "reached": changed == 0 and total >= 10_000}


def _sprinkled(content: Any, schema: Any, r: random.Random, root: Any = None) -> Any:
    from agetech.schemas.compat.sample import resolve

    root = root or schema
    schema = resolve(root, schema)
    if isinstance(content, dict) and schema.get("additionalProperties") is False:
        made = {k: _sprinkled(v, schema["properties"].get(k, {}), r, root) for k, v in content.items()}
        return made | (
            {f"new{r.randint(0, 99)}": r.choice([1, "x", None, [1, {"a": loads("1.00")}], {"b": {}}])} if r.random() < 0.5 else {}
        )
    if isinstance(content, list) and isinstance(schema.get("items"), dict):
        return [_sprinkled(v, schema["items"], r, root) for v in content]
    return content


def b12(scale: int) -> Figure:
    """Frozen schemas are the models', and both give one verdict."""
    counts: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    known = {rule for name in registry.names() for rule in documented(name)}
    for name in registry.names():
        jsonschema.Draft202012Validator.check_schema(registry.current(name))
        found, differing = agreement(name, 200 * scale)
        counts += found
        rules += differing
    undocumented = sorted(set(rules) - known)
    return {
        "asked": "golden equal, metaschema passed, verdicts agree on 2,000 + 2,000 a schema save documented model-only rules",
        "drift": publish.drift(),
        **counts,
        "disagreements by documented rule": dict(sorted(rules.items())),
        "not a documented rule": undocumented,
        "pydantic": evidence.surroundings()["versions"]["pydantic"],
        "reached": not publish.drift() and not undocumented and counts["valid"] == counts["valid agree"] >= 30_000,
    }


def b13(scale: int) -> Figure:
    """Random histories of alarms."""
    r, states = seeded(1), sorted(alarms.LEGAL)
    wrong = silent = accepted = 0
    total = 10_000 * scale
    for _ in range(total):
        priority, latching = r.choice(("high", "medium", "low")), r.random() < 0.5
        steps: list[Any] = []
        now = None
        taken = raised = False
        for k in range(r.randint(1, 8)):
            step = SimpleNamespace(to=r.choice(states), role=r.choice(("nurse", "software", "elder")), ns=k)
            try:
                following = alarms.first(step.to, k) if now is None else alarms.follow(now, step, priority=priority, latching=latching)
            except SchemaError:
                continue
            accepted += now is not None and step.to not in alarms.LEGAL[now.state]
            now = following
            steps.append(step)
            over = now.over or now.state == "paused"
            raised = raised or step.to == "active"
            taken = step.to == "acknowledged" or (taken and step.to != "active")
            silent += priority == "high" and over and raised and not taken
        wrong += bool(steps) and alarms.replay(steps, priority=priority, latching=latching) != now
    return {
        "asked": "1e5 sequences: replay == state, none illegal, no silent end",
        "sequences": total,
        "replay differs": wrong,
        "illegal accepted": accepted,
        "silent ends": silent,
        "reached": not (wrong or silent or accepted) and total >= 100_000,
    }


def b15(scale: int) -> Figure:
    """Random bytes and mutants raise only the declared error, quickly."""
    r, other, slow = seeded(3), Counter[str](), 0.0
    seeds = [documents.dump(documents.read(make(r, name))).encode() for name in registry.names()]
    seeds += [dumps(fhir.write(documents.read(make(r, name)))).encode() for name in SENDABLE]
    total = 10_000 * scale
    for k in range(total):
        raw = bytearray(seeds[k % len(seeds)]) if k % 10 else bytearray(r.randbytes(r.randint(0, 200)))
        for _ in range(r.randint(1, 5)):
            at = r.randrange(len(raw) + 1)
            raw[at : at + r.randint(0, 4)] = r.choice(
                (b"{", b"[", b'"', b"1e9", b"null", b"\\ud800", b"-0", b"\xff", b",", b'":', b"NaN", b"")
            )
        begun = time.perf_counter()
        for reader in (documents.load, fhir.read) if k % len(seeds) >= 15 else (documents.load,):
            try:
                reader(bytes(raw))
            except AgetechError:
                continue
            except Exception as fault:  # noqa: BLE001 - the very thing that is looked for
                other[type(fault).__name__] += 1
        slow = max(slow, time.perf_counter() - begun)
    return {
        "asked": "1e5 inputs, only the declared error, none > 1 s",
        "inputs": total,
        "other errors": dict(other),
        "slowest s": round(slow, 3),
        "reached": not other and slow < 1 and total >= 100_000,
    }


def b16(_: int) -> Figure:
    """Bindings of the catalogue by status."""
    counts = catalogue.statuses()
    lists = Counter(str(row["status"]) for row in bindings().values())
    unsure = sum(n for status, n in [*counts.items(), *lists.items()] if "memory" in status)
    return {
        "asked": "every binding with status and source; no `memory` in a stable release",
        "device types": len(catalogue.device_types()),
        "products": len(catalogue.products()),
        "observation types": len(catalogue.observation_types()),
        "by status": counts,
        "code lists by status": dict(sorted(lists.items())),
        "from memory": unsure,
        "reached": not unsure,
    }


FIGURES: dict[str, Callable[[int], Figure]] = {
    "B1": b1, "B2": b2, "B3": b3, "B4": b4, "B5": b5, "B6": b6, "B7": b7, "B8": b8, "B9": b9, "B10": b10, "B11": b11, "B12": b12,
    "B13": b13, "B15": b15, "B16": b16,
}  # fmt: skip


def main() -> None:
    """Measure what was named, or all; docs/evidence/schemas.json keeps the others as they were."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", metavar="B1 ...")
    options.add_argument("--quick", action="store_true")
    told = options.parse_args()
    warnings.simplefilter("ignore")
    made = {}
    for name in told.names or FIGURES:
        begun = time.perf_counter()
        made[name] = {"what": (FIGURES[name].__doc__ or "").strip(), **FIGURES[name](1 if told.quick else 10)}
        print(name, json.dumps(made[name], ensure_ascii=False), f"{time.perf_counter() - begun:.0f} s", flush=True)
    before = evidence.read("schemas").get("figures", {})
    evidence.write("schemas", "python -m benchmarks.schemas.figures" + (" --quick" if told.quick else ""), {**before, **made})


if __name__ == "__main__":
    main()
