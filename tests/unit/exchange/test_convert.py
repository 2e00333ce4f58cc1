import json
import random

import openpyxl
import pytest

from agetech.errors import AgetechError, ExchangeError, SchemaError
from agetech.exchange import convert, tables
from agetech.schemas import documents
from agetech.schemas.instants import Instant
from agetech.schemas.jsontext import loads
from benchmarks.schemas.make import make

AT = Instant("2026-11-24T00:00:00Z")
TEXT = "住户编号,日期,时间,收缩压(mmHg),舒张压(mmHg),心率(次/分),体温(℃),备注\nA01,2026/11/23,8:05,128,80,72,36.50,好\nA02,2026年11月23日,08:10,未测,,0,36.6,\n"  # noqa: E501 - a sheet as it is


def sheet(tmp_path, text=TEXT, encoding="utf-8-sig", name="v.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_chinese_headers_in_every_encoding(tmp_path, encoding):
    source = convert.read(sheet(tmp_path, encoding=encoding), zone="Asia/Shanghai", at=AT)
    assert (len(source.documents), source.refused, source.unmapped) == (6, [], ["column 备注"])
    pressure, rate, temperature, *others = source.documents
    assert pressure.effective.text == "2026-11-23T08:05:00+08:00"
    assert str(temperature.value.value) == "36.50"
    assert (rate.type, pressure.subject.id) == ("heart_rate", "A01")
    assert all(d.absent or d.type == "body_temperature" or d.components for d in others)


def test_a_workbook_gives_the_same_documents(tmp_path):
    book = openpyxl.Workbook()
    for row in TEXT.strip().split("\n"):
        book.active.append(row.split(","))
    book.save(tmp_path / "v.xlsx")
    assert (
        convert.read(tmp_path / "v.xlsx", zone="+08:00", at=AT).documents == convert.read(sheet(tmp_path), zone="+08:00", at=AT).documents
    )
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ExchangeError):
        convert.read(tmp_path / "broken.xlsx", zone="+08:00", at=AT)


def test_a_missing_zone_is_asked_for(tmp_path):
    with pytest.raises(ExchangeError) as caught:
        convert.read(sheet(tmp_path), at=AT)
    assert caught.value.code == "E_MAP_ZONE"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("110101199003074514,2026-11-23,08:00,1,1,1,36,", "person"),
        ("13800138000,2026-11-23,08:00,1,1,1,36,", "person"),
        ("张三,2026-11-23,08:00,1,1,1,36,", "person"),
        (",2026-11-23,08:00,1,1,1,36,", "person"),
        ("A1,23.11.26,08:00,120,80,70,36,", "day"),
        ("A1,2026-11-23,morning,120,80,70,36,", "time"),
        ("A1,2026-11-23,08:00,120,80,seventy,36,", "number"),
        ("A1,2026-11-23,08:00,80,120,70,36,", "order"),
        ("A1,2026-02-30,08:00,120,80,70,36,", "time"),
    ],
)
def test_rows_that_cannot_be_read_are_refused_by_number_and_show_nothing(tmp_path, row, why):
    source = convert.read(sheet(tmp_path, TEXT + row + "\n"), zone="+08:00", at=AT)
    assert len(source.refused) >= 1
    assert all(f.path == "row 4" or "row 4" in f.path for f in source.refused), [f.path for f in source.refused]
    told = " ".join(str(f) + str(f.facts) for f in source.refused)
    for secret in ("110101199003074514", "13800138000", "张三", "seventy"):
        assert secret not in told


def test_a_key_makes_pseudonyms_of_numbers(tmp_path):
    source = convert.read(
        sheet(tmp_path, TEXT + "110101199003074514,2026-11-23,08:00,120,80,70,36,\n"), zone="+08:00", key=b"k" * 16, at=AT
    )
    assert source.refused == []
    assert all(d.subject.id.startswith("p") and len(d.subject.id) == 33 for d in source.documents)


def test_headers_that_fit_no_map_or_stand_twice_are_refused(tmp_path):
    for text in ("a,b\n1,2\n", "住户编号,日期,心率,心率\nA,2026-01-01,1,2\n", "", "住户编号,心率\nA,1\n"):
        with pytest.raises(ExchangeError):
            convert.read(sheet(tmp_path, text), zone="+08:00", at=AT)


def test_a_care_home_brings_its_own_map(tmp_path):
    own = {
        "id": "own",
        "version": "1.0.0",
        "person": "床位",
        "date": "何时",
        "as": "observations",
        "values": [{"column": "步数/天", "type": "steps", "unit": "{steps}"}],
    }
    (tmp_path / "m.json").write_text(json.dumps(own, ensure_ascii=False), encoding="utf-8")
    source = convert.read(
        sheet(tmp_path, "床位;何时;步数/天\nB-1;2026-11-23 09:00;1234\n"),
        column_map=tables.load_map(tmp_path / "m.json"),
        zone="+08:00",
        at=AT,
    )
    assert [str(d.value.value) for d in source.documents] == ["1234"]
    with pytest.raises(ExchangeError):
        tables.checked_map({**own, "x": 1})


@pytest.mark.parametrize("to", convert.TARGETS)
def test_every_target_reads_back(tmp_path, to):
    source = convert.read(sheet(tmp_path), zone="+08:00", at=AT)
    held = (
        [d for d in source.documents if d.absent is None and not (d.components and any(c.absent for c in d.components))]
        if to == "omh"
        else source.documents
    )
    text = convert.write(held, to, at=AT)
    assert text == convert.write(held, to, at=AT)
    if to.startswith("fhir"):
        (tmp_path / "o.json").write_text(text, encoding="utf-8")
        assert convert.read(tmp_path / "o.json").documents == source.documents
    elif to == "jsonl":
        (tmp_path / "o.jsonl").write_text(text, encoding="utf-8")
        assert convert.read(tmp_path / "o.jsonl").documents == source.documents
    elif to == "csv":
        assert text.startswith("\ufeffid,subject")
        assert "36.50" in text
    with pytest.raises(ExchangeError):
        convert.write(held, "xml")


def consent(subject, **more):
    content = make(random.Random(1), "consent")
    return documents.read(
        {
            **content,
            "id": f"c-{subject}",
            "subject": {"kind": "elder-profile", "id": subject},
            "categories": ["health", "specific_identity"],
            "purposes": ["hospital_referral"],
            "recipients": [{"kind": "organization", "id": "h1"}],
            "period": {"start": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z"},
            **more,
        }
    )


def test_identity_joins_only_after_consent(tmp_path):
    held = convert.read(sheet(tmp_path), zone="+08:00", at=AT).documents
    identity = {"A01": "11010519491231002X", "A02": "MRN-2"}

    def export(consents, numbers=identity, system="urn:oid:1.2"):
        return convert.write(held, "fhir-r4", permission=convert.Permission(numbers, system, consents, "h1"), at=AT)

    out = loads(export([consent("A01"), consent("A02")]))
    patients = [e["resource"] for e in out["entry"] if e["resource"]["resourceType"] == "Patient"]
    assert {p["identifier"][0]["value"] for p in patients} == set(identity.values())
    for consents in (
        [],
        [consent("A01")],
        [consent("A01"), consent("A02", categories=["health"])],
        [consent("A01"), consent("A02", status="inactive", withdrawn_at="2026-11-01T00:00:00Z")],
    ):
        with pytest.raises(SchemaError) as caught:
            export(consents)
        assert caught.value.code == "E_CONSENT"
    for numbers in ({"A01": "x"}, {**identity, "A01": "110105194912310021"}):
        with pytest.raises(ExchangeError) as caught:
            export([consent("A01"), consent("A02")], numbers)
        assert "1949" not in str(caught.value)
    with pytest.raises(ExchangeError):
        export([consent("A01"), consent("A02")], system="")
    with pytest.raises(ExchangeError):
        convert.write(held, "csv", permission=convert.Permission(identity, "urn:x", [], "h1"))
    assert "MRN" not in repr(convert.Permission(identity, "urn:x", [], "h1"))


def test_identity_maps_are_read_strictly(tmp_path):
    path = sheet(tmp_path, "pseudonym,number\nA01,1\nA02,2\n", name="i.csv")
    assert convert.load_identity(path) == {"A01": "1", "A02": "2"}
    for text in ("pseudonym,number\nA01,1\nA01,2\n", "pseudonym,number\nA01,1\nA02,1\n", "pseudonym,number\nA01\n", "x\n"):
        with pytest.raises(ExchangeError):
            convert.load_identity(sheet(tmp_path, text, name="i.csv"))


def test_formulas_are_defused(tmp_path):
    source = documents.read({**make(random.Random(2), "observation"), "id": "=1+1"})
    assert "'=1+1" in convert.write([source], "csv")


def test_broken_lines_are_refused_by_number(tmp_path):
    good = documents.dump(documents.read(make(random.Random(3), "event")))
    (tmp_path / "x.jsonl").write_text(f"{good}\n{{}}\nnot json\n", encoding="utf-8")
    source = convert.read(tmp_path / "x.jsonl")
    assert (len(source.documents), [f.path.split(":")[0] for f in source.refused]) == (1, ["line 2", "line 3"])


def test_an_event_of_falls_impact_goes_out_and_comes_back(tmp_path):
    import numpy as np

    from agetech.core.timebase import TimeBase
    from agetech.exchange import events, fhir, results
    from agetech.signals.falls import impact

    algorithm = next(v for v in vars(impact).values() if getattr(v, "id", "") == "falls.impact")
    row = np.zeros(1, algorithm.dtype)
    for name, number in (("onset", 100), ("impact", 150), ("settled", 200), ("confirmed", 300), ("kind", 2), ("stage", 1)):
        row[name] = number
    made = events(
        row,
        algorithm=algorithm,
        subject="p1",
        device="d1",
        placement="waist",
        params={"placement": "waist"},
        time=TimeBase.since("2026-11-23T08:00:00+08:00", 50.0),
    )
    event = results(made)[0]
    assert (event.type, event.stage, event.priority, event.id) == ("fall", "detected", "high", made[0].id)
    for release in ("R4", "R5"):
        assert fhir.read(fhir.write(event, release=release)).documents == [event]


def test_unreadable_files_raise_ours(tmp_path):
    for name in ("x.json", "x.csv", "x.jsonl", "x.xlsx"):
        with pytest.raises(AgetechError):
            convert.read(tmp_path / name, zone="+08:00")
    (tmp_path / "y.json").write_text("[1, 2]", encoding="utf-8")
    with pytest.raises(AgetechError):
        convert.read(tmp_path / "y.json")
