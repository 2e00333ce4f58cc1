"""Reports as CycloneDX 1.7: algorithms as components with licences and patent assertions, patents as definitions."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from agetech import __version__
from agetech.errors import ExchangeError
from agetech.pool.ledger import Ledger
from agetech.pool.record import PatentCard, Record
from agetech.pool.table import texts
from agetech.pool.verdict import PatentLine, Report, Row

SPEC = "1.7"
EMPTY_DAY = "2026-11-24"  # the day of the SBOM in the wheel as long as the shipped ledger is empty
PREFIX = "agetech:pool:"
STATES = {"not_filed": "pending", "pending": "pending", "in_force": "in-force", "expired": "expired", "national_phase": "terminated"}
ENDED = {"withdrawn": "withdrawn", "refused": "abandoned", "abandoned": "abandoned", "lapsed": "lapsed", "revoked": "revoked"}
ASSERTED = {"non_assertion": "non-assertion"}


def cyclonedx(found: Report, ledger: Ledger) -> dict[str, Any]:
    """Return a report as CycloneDX content; the same report gives the same bytes, serial number included."""
    lines = {line.number: line for row in found.rows for line in row.patents}
    made: dict[str, Any] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "agetech", "version": __version__}]},
            "properties": [
                _property("on", found.question.on.isoformat()),
                _property("territory", found.question.territory or "any"),
                _property("ledger", f"{found.ledger} {found.head}"),
                _property("duty", found.duty),
                *(_property(f"disclaimer:{lang}", texts()["disclaimer"][lang]) for lang in ("en", "zh")),
                *(_property("unseen", what) for what in found.unseen),
            ],
        },
        "components": [_component(row, ledger) for row in found.rows],
    }
    patents = [_patent(lines[number], record) for number, record in ledger.pool.cards.items() if number in lines]
    if patents:
        made["definitions"] = {"patents": patents}
    digest = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).digest()
    return {**made, "serialNumber": f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=4)}"}


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": PREFIX + name, "value": value}


def _component(row: Row, ledger: Ledger) -> dict[str, Any]:
    """Return one algorithm as a component."""
    one = row.subject
    texts_of = [_property(f"duty:{lang}", texts()[f"duty.{row.duty}"][lang]) for lang in ("en", "zh")]
    if not row.patents and not row.disclosures:
        texts_of += [_property(f"patents:{lang}", texts()["none"][lang]) for lang in ("en", "zh")]
    if one.card is not None:
        texts_of.append(_property("wording", f"{one.card.wording}; confirmed {str(one.card.confirmed).lower()}"))
    made: dict[str, Any] = {
        "type": "data" if one.kind == "instrument" else "library",
        "bom-ref": f"{one.id}@{one.version}",
        "name": one.id,
        "version": one.version,
        "description": f"{one.title_en} / {one.title_zh}",
        "properties": [_property("kind", one.kind), _property("duty", row.duty), *texts_of],
    }
    if one.package:
        version = f"@{__version__}" if one.package == "agetech" else ""
        made["purl"] = f"pkg:pypi/{one.package.lower().replace('_', '-')}{version}#{one.id}"
    if one.code:
        made["licenses"] = [{"expression": one.code}]
    asserted = [part for line in row.patents for part in _assertions(line, ledger)]
    asserted += [
        {
            "assertionType": "prior-art" if said.about == "prior_art" else "third-party-claim",
            "asserter": _body(said.by),
            "notes": f"{said.record}: {said.text['en']} / {said.text['zh']}",
        }
        for said in row.disclosures
    ]
    if asserted:
        made["patentAssertions"] = asserted
    return made


def _assertions(line: PatentLine, ledger: Ledger) -> Iterable[dict[str, Any]]:
    """Yield who owns a patent, and each licence that holds on the day asked for."""
    notes = f"{line.record}: claims {', '.join(map(str, line.claims))} {line.relation}; {line.duty}: {line.why}"
    yield {"assertionType": "ownership", "patentRefs": [_ref(line.number)], "asserter": _body(line.holder), "notes": notes}
    for name in line.licences:
        licence = ledger.pool.licences[name].licence
        if licence is not None:
            kind = ASSERTED.get(licence.terms, "license")
            note = f"{name}: {licence.terms}"
            yield {"assertionType": kind, "patentRefs": [_ref(line.number)], "asserter": _body(licence.licensor.name), "notes": note}


def _body(name: str) -> dict[str, Any]:
    """Return a firm or body; the empty list of contacts tells it from a person, whose form it would fit as well."""
    return {"name": name, "contact": []}


def _ref(number: str) -> str:
    return f"patent:{number}"


def _patent(line: PatentLine, record: Record) -> dict[str, Any]:
    card = record.patent
    if card is None:
        raise AssertionError(record.id)
    made: dict[str, Any] = {
        "bom-ref": _ref(line.number),
        "patentNumber": line.number,
        "jurisdiction": card.jurisdiction,
        "patentLegalStatus": _state(line, card),
        "abstract": f"{card.title.en} / {card.title.zh}" + (" (fictitious example / 虚构示例)" if record.fictitious else ""),
        "filingDate": card.filing,
        "patentAssignee": [_body(card.holder.name)],
    }
    named = {"grantDate": card.grant, "patentExpirationDate": card.expires}
    return {**made, **{name: value for name, value in named.items() if value is not None}}


def _state(line: PatentLine, card: PatentCard) -> str:
    return ENDED.get(card.legal_status, "invalidated") if line.standing == "ended" else STATES[line.standing]


def sbom_text(content: dict[str, Any]) -> str:
    """Return the file of an SBOM."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def validate(text: str) -> None:
    """Check an SBOM against the schema of CycloneDX 1.7; ExchangeError E_POOL_SBOM, or E_POOL_EXTRA without the extra `pool`."""
    try:
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator

        validator = JsonStrictValidator(SchemaVersion.from_version(SPEC))
        fault = validator.validate_str(text)
    except (ImportError, KeyError, ValueError, NotImplementedError) as error:
        raise ExchangeError("E_POOL_EXTRA", "cyclonedx", expected="agetech[pool], cyclonedx-python-lib >= 11.6", got=str(error)) from None
    except Exception as error:
        if type(error).__name__ == "MissingOptionalDependencyException":
            raise ExchangeError("E_POOL_EXTRA", "cyclonedx", expected="agetech[pool]", got=str(error)) from None
        raise
    if fault is not None:
        raise ExchangeError("E_POOL_SBOM", "cyclonedx", expected=f"CycloneDX {SPEC}", got=str(getattr(fault, "data", fault))[:200])


def own_uses() -> list[str]:
    """Return the ids of everything that agetech itself brings: its algorithms, instruments and tasks."""
    from agetech.pool.subject import homes
    from agetech.scoring.catalogue import shipped
    from agetech.scoring.tasks.declaration import tasks

    return sorted({*(name for name, module in homes().items() if module.startswith("agetech.")), *shipped(), *tasks()})


def own_sbom() -> str:
    """Return the SBOM of agetech's own algorithms, instruments and tasks against the shipped ledger, as it lies in the wheel."""
    from agetech.pool.ledger import read_ledger
    from agetech.pool.subject import newest
    from agetech.pool.verdict import Question, report

    ledger = read_ledger("agetech")
    day = max([record.recorded for record in ledger.records], default=EMPTY_DAY)
    return sbom_text(cyclonedx(report([newest(name) for name in own_uses()], ledger, Question(date.fromisoformat(day))), ledger))


if __name__ == "__main__":
    import sys
    from pathlib import Path

    (Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).with_name("sbom.cdx.json")).write_text(own_sbom(), encoding="utf-8")
