import json
import random

import pytest

from agetech.cli.app import build
from agetech.schemas import documents
from benchmarks.schemas.make import make


def call(*arguments):
    """Run a command line in this process and return its exit code."""
    try:
        left = build(list(arguments))(args=list(arguments), standalone_mode=False)
    except SystemExit as gone:
        left = gone.code
    return int(left or 0)


def test_list_and_show(capsys):
    assert call("schema", "list", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["schemas"]) == 15
    assert call("schema", "show", "event", "--json") == 0
    assert json.loads(capsys.readouterr().out)["x-version"] == "1.1.0"
    assert call("schema", "show", "event") == 0
    assert "verdict" in capsys.readouterr().out
    assert call("schema", "show", "nosuch") == 3


def test_validate_tells_each_document(tmp_path, capsys):
    good = documents.dump(documents.read(make(random.Random(1), "event")))
    (tmp_path / "x.jsonl").write_text(f"{good}\n", encoding="utf-8")
    (tmp_path / "y.json").write_text(f'[{good}, {{"schema": "x"}}]', encoding="utf-8")
    assert call("schema", "validate", str(tmp_path / "x.jsonl"), "--json") == 0
    assert json.loads(capsys.readouterr().out)["results"][0]["verdict"] == "valid"
    assert call("schema", "validate", str(tmp_path / "y.json"), "--json") == 3
    assert [r["verdict"] for r in json.loads(capsys.readouterr().out)["results"]] == ["valid", "refused"]


def test_diff_fails_where_a_reader_breaks(tmp_path, capsys):
    assert call("schema", "diff", "event@1.0.0", "event@1.1.0", "--json") == 0
    assert json.loads(capsys.readouterr().out)["forward"]["verdict"] == "breaking"
    (tmp_path / "new.json").write_text('{"type": "integer"}', encoding="utf-8")
    assert call("schema", "diff", "event", str(tmp_path / "new.json")) == 3


def test_export_and_migrate(tmp_path, capsys):
    assert call("schema", "export", "--out", str(tmp_path / "p")) == 0
    assert (tmp_path / "p" / "event" / "1.0.0" / "schema.json").exists()
    content = {k: v for k, v in make(random.Random(2), "event").items() if k != "verdict"}
    (tmp_path / "e.json").write_text(documents.dump(documents.read(content)), encoding="utf-8")
    assert call("schema", "migrate", str(tmp_path / "e.json"), "--to", "1.0.0", "--out", str(tmp_path / "old.json")) == 0
    assert json.loads((tmp_path / "old.json").read_text(encoding="utf-8"))["schema_version"] == "1.0.0"
    capsys.readouterr()
    assert call("schema", "migrate", str(tmp_path / "old.json")) == 0
    assert json.loads(capsys.readouterr().out)["schema_version"] == "1.1.0"


@pytest.mark.parametrize("to", ["fhir-r4", "fhir-r5", "csv", "jsonl"])
def test_convert_a_sheet(tmp_path, capsys, to):
    sheet = tmp_path / "v.csv"
    sheet.write_bytes("住户编号,日期,时间,心率\nA01,2026-11-23,08:05,72\n".encode("gbk"))
    assert call("convert", str(sheet), "--to", to, "--zone", "Asia/Shanghai", "--out", str(tmp_path / "o")) == 0
    assert "72" in (tmp_path / "o").read_text(encoding="utf-8")
    sheet.write_bytes("住户编号,日期,时间,心率\n110101199003074514,2026-11-23,08:05,72\n".encode("gbk"))
    assert call("convert", str(sheet), "--to", to, "--zone", "Asia/Shanghai", "--out", str(tmp_path / "o")) == 3
    assert "1101011990" not in "".join(capsys.readouterr())


def test_convert_with_identity_needs_consent(tmp_path, capsys):
    sheet, numbers, consents = tmp_path / "v.csv", tmp_path / "i.csv", tmp_path / "c.jsonl"
    sheet.write_text("住户编号,日期,时间,心率\nA01,2026-11-23,08:05,72\n", encoding="utf-8")
    numbers.write_text("pseudonym,number\nA01,CANARY77\n", encoding="utf-8")
    content = make(random.Random(1), "consent") | {
        "subject": {"kind": "elder-profile", "id": "A01"},
        "categories": ["health", "specific_identity"],
        "purposes": ["hospital_referral"],
        "recipients": [{"kind": "organization", "id": "h1"}],
        "period": {"start": "2020-01-01T00:00:00Z", "end": "2090-01-01T00:00:00Z"},
    }
    consents.write_text(documents.dump(documents.read(content)) + "\n", encoding="utf-8")
    common = [
        "convert",
        str(sheet),
        "--to",
        "fhir-r4",
        "--zone",
        "+08:00",
        "--identity",
        str(numbers),
        "--identity-system",
        "urn:oid:1.2",
        "--consents",
        str(consents),
        "--out",
        str(tmp_path / "o"),
    ]
    assert call(*common, "--recipient", "h2") == 3
    assert not (tmp_path / "o").exists()
    assert call(*common, "--recipient", "h1") == 0
    assert "CANARY77" in (tmp_path / "o").read_text(encoding="utf-8")
    assert "CANARY77" not in "".join(capsys.readouterr())
