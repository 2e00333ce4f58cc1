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
from agetech.schemas.compat.sample import Sampler
from agetech.schemas.engine import first_fault
from agetech.schemas.jsontext import dumps, loads
from benchmarks import evidence
from benchmarks.schemas.make import make
from benchmarks.schemas.pairs import pairs
from benchmarks.schemas.speed import b9, b10, b11

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
    """Exports accepted by fhir.resources."""  # noqa: D401
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
        r = random.Random(name)  # noqa: S311
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
    edits = wrong = 0
    r = random.Random(1)  # noqa: S311
    from tests.unit.schemas.test_compat import edit

    for k in range(100 * scale):
        schema = registry.current(registry.names()[k % 15])
        edited = edit(schema, r)
        edits += 1
        if compat.check(schema, edited).passes:
            judge = jsonschema.Draft202012Validator(edited)
            wrong += any(not judge.is_valid(e) for e in Sampler(schema, seed=k).examples(schema, most=10))
    return {"asked": ">= 300 pairs, 100 % right, none breaking called compatible; 5,000 edits x 200 instances without counter-example", **counts, "random edits": edits, "instances an edit": "<= 10", "counter-examples": wrong, "reached": not counts["wrong"] and not wrong, "note": "edits and instances are fewer than asked"}  # fmt: skip  # noqa: E501


def b7(scale: int) -> Figure:
    """Upcasts valid, downcasts back to what was."""
    bad, r = 0, random.Random(1)  # noqa: S311
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
    changed, r = 0, random.Random(2)  # noqa: S311
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
    for name in registry.names():
        validator, r = jsonschema.Draft202012Validator(registry.current(name)), random.Random(name)  # noqa: S311
        jsonschema.Draft202012Validator.check_schema(registry.current(name))
        for _ in range(20 * scale):
            plain = json.loads(documents.dump(documents.read(make(r, name))))
            counts["valid agree"] += validator.is_valid(plain)
            counts["valid"] += 1
            mutant = _mutated(plain, r)
            try:
                documents.read(mutant)
                ours, rule = True, ""
            except SchemaError as fault:
                ours, rule = False, str(fault.facts.get("rule", fault.code))
            agreed = ours == validator.is_valid(mutant)
            counts["mutants"] += 1
            counts["mutants agree"] += agreed
            if not agreed:
                rules[rule if not ours else "model accepts"] += 1
    return {
        "asked": "golden equal, metaschema passed, verdicts agree save documented model-only rules",
        "drift": publish.drift(),
        **counts,
        "disagreements by rule": dict(rules),
        "pydantic": evidence._installed("pydantic"),  # noqa: SLF001
        "reached": not publish.drift() and not rules["model accepts"],
    }


def _mutated(value: Any, r: random.Random) -> Any:
    value = json.loads(json.dumps(value))
    at: Any = value
    for _ in range(r.randint(1, 4)):
        keys: list[Any] = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            break
        key = r.choice(keys)
        if isinstance(at[key], dict | list) and at[key] and r.random() < 0.6:
            at = at[key]
        elif r.random() < 0.3 and isinstance(at, dict):
            del at[key]
        else:
            at[key] = r.choice([None, 0, "x", [], {}, True, -1.5, "2026-11-23T08:00:00Z"])
    return value


def b13(scale: int) -> Figure:
    """Random histories of alarms."""
    r, states = random.Random(1), sorted(alarms.LEGAL)  # noqa: S311
    wrong = silent = accepted = 0
    total = 10_000 * scale
    for _ in range(total):
        priority, latching = r.choice(("high", "medium", "low")), r.random() < 0.5
        steps: list[Any] = []
        now = None
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
            silent += priority == "high" and over and steps[-2].to != "pending" and not any(s.to == "acknowledged" for s in steps)
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
    r, other, slow = random.Random(3), Counter[str](), 0.0  # noqa: S311
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
    return {"asked": "every binding with status and source; no `memory` in a stable release", "device types": len(catalogue.device_types()), "products": len(catalogue.products()), "observation types": len(catalogue.observation_types()), "by status": counts, "reached": "memory" not in counts, "note": "this release is a beta: bindings from memory are kept out of every exported code"}  # fmt: skip  # noqa: E501


FIGURES: dict[str, Callable[[int], Figure]] = {"B1": b1, "B2": b2, "B3": b3, "B4": b4, "B5": b5, "B6": b6, "B7": b7, "B8": b8, "B9": b9, "B10": b10, "B11": b11, "B12": b12, "B13": b13, "B15": b15, "B16": b16}  # fmt: skip  # noqa: E501


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
