"""The commands: files in each form and encoding, cards, tables, lines of JSON, refusals with their exit codes."""

from __future__ import annotations

import csv
import io
import json

import pytest
import typer
from typer.testing import CliRunner

from agetech.cli.answers import encoding_of, read_answers, value
from agetech.cli.score import COMMANDS, HELP, line_of
from agetech.errors import ExchangeError, ParamsError
from agetech.scoring import Absence, Score, instrument, score
from agetech.scoring.card import card

ROWS = [
    ["编号", *(f"q{n}" for n in range(1, 10))],
    ["甲", *"111111111"],
    ["乙", *"333333330"],
    ["丙", "", *"11111111"],
    ["丁", "x", *"11111111"],
]


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("AGETECH_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")


def call(*arguments, answers=None):
    app = typer.Typer(pretty_exceptions_enable=False)
    for name, command in COMMANDS.items():
        app.command(name)(command)
    return CliRunner().invoke(app, [str(a) for a in arguments], input=answers)


def table(path, rows=ROWS, encoding="utf-8", delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_in_every_encoding(tmp_path, encoding, delimiter):
    path = table(tmp_path / "a.csv", encoding=encoding, delimiter=delimiter)
    people = list(read_answers(path, instrument("phq9")))
    assert [p.person for p in people] == ["甲", "乙", "丙", "丁"]
    assert people[0].responses == {f"q{n}": 1 for n in range(1, 10)}
    assert (people[2].responses["q1"], people[3].responses["q1"]) == (None, "x")


def test_other_bytes_are_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"q1,q2\n\xff\xff\xff,1\n")
    with pytest.raises(ExchangeError):
        encoding_of(tmp_path / "a.csv")


def test_a_bad_byte_after_the_beginning_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"q1,q2,note\n" + (b"1,1," + b"x" * 1000 + b"\n") * 1100 + b"\xff\xff,1\n")
    with pytest.raises(ExchangeError):
        list(read_answers(path, instrument("phq2")))


def test_score_prints_a_table_and_writes_lines(tmp_path):
    path, out = table(tmp_path / "a.csv", encoding="gbk"), tmp_path / "r.jsonl"
    done = call("score", "phq9", path, "--out", out)
    assert done.exit_code == 0, done.output
    assert "4 persons, 3 scored" in done.output
    assert "ATTENTION" in done.output
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(line["id"], line["status"], line["total"]) for line in lines] == [
        ("甲", "ok", 9), ("乙", "ok", 24), ("丙", "prorated", 9), ("丁", "invalid", None)]  # fmt: skip
    assert list(tmp_path.iterdir()) == [path, out] or set(tmp_path.iterdir()) == {path, out}


def test_a_line_is_read_back():
    for form in ({f"q{n}": 0 for n in range(1, 10)}, {"q9": 1}, {"q1": "x"}):
        result = score("phq9", form)
        document = json.loads(line_of("a", result))
        assert Score.from_dict(document) == result
        assert document["notice"]["zh"]


def test_one_person_is_a_card_in_either_language(tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"responses": {f"q{n}": 1 for n in range(1, 10)}}), encoding="utf-8")
    assert "Screening, not diagnosis." in call("score", "phq9", path).output
    chinese = call("score", "phq9", path, "--lang", "zh").output
    assert "总分" in chinese
    assert "不能作为诊断" in chinese
    assert "请注意" in chinese
    assert chinese.splitlines() == card(score("phq9", {f"q{n}": 1 for n in range(1, 10)}), "zh").splitlines()
    document = json.loads(call("score", "phq9", path, "--json").output)
    assert (document["total"], document["safety_flags"]) == (9, ["phq9_item9"])


def test_json_lists_lines_and_bare_answers(tmp_path):
    people = [{"id": "a", "responses": {"q1": 1, "q2": "拒答"}}, {"q1": 3, "q2": 3}]
    (tmp_path / "l.json").write_text(json.dumps(people), encoding="utf-8")
    (tmp_path / "l.jsonl").write_text("\n".join(json.dumps(p) for p in people) + "\n\n", encoding="utf-8")
    for name in ("l.json", "l.jsonl"):
        read = list(read_answers(tmp_path / name, instrument("phq2")))
        assert read[0].responses["q2"] is Absence.REFUSED
        assert (read[0].person, read[1].person, read[1].responses) == ("a", "2", {"q1": 3, "q2": 3})


@pytest.mark.parametrize(
    ("name", "content"), [("a.json", "{"), ("a.json", "[1]"), ("a.jsonl", "nope"), ("a.json", '{"responses": 1}'), ("a.xlsx", "no")]
)
def test_broken_files_are_refused_with_a_code(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    done = call("score", "phq2", tmp_path / name, "--json")
    assert done.exit_code == 5, done.output
    assert "E_ANSWERS_FILE" in done.output


def test_xlsx(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append([int(cell) if cell.isdigit() and row is not ROWS[0] else cell for cell in row])
    book.save(tmp_path / "a.xlsx")
    people = list(read_answers(tmp_path / "a.xlsx", instrument("phq9")))
    assert [p.person for p in people] == ["甲", "乙", "丙", "丁"]
    assert people[1].responses["q1"] == 3


def test_column_maps_labels_and_context(tmp_path):
    rows = [["姓名", "握力", "sex", "6 m gait speed", "note"], ["a", "20.5", "男", "0.9", "?"]]
    path = table(tmp_path / "a.csv", rows)
    (tmp_path / "map.json").write_text(json.dumps({"握力": "grip_kg", "note": None}), encoding="utf-8")
    columns = {"握力": "grip_kg", "note": ""}
    [person] = read_answers(path, instrument("awgs2019"), columns, person="姓名")
    assert (person.person, person.responses, person.context) == ("a", {"grip_kg": 20.5, "gait_mps": 0.9}, {"sex": "male"})
    done = call("score", "awgs2019", path, "--columns", tmp_path / "map.json", "--id", "姓名", "--json")
    assert json.loads(done.output)["category"] == "possible_sarcopenia"


@pytest.mark.parametrize("columns", [{"握力": "nonesuch"}, {"absent": "grip_kg"}])
def test_a_map_that_does_not_fit(tmp_path, columns):
    path = table(tmp_path / "a.csv", [["握力", "grip_kg"], ["1", "2"]])
    with pytest.raises(ParamsError):
        list(read_answers(path, instrument("awgs2019"), columns))


def test_columns_that_name_nothing_or_one_item_twice(tmp_path):
    with pytest.raises(ParamsError):
        list(read_answers(table(tmp_path / "a.csv", [["a", "b"], ["1", "2"]]), instrument("phq2")))
    with pytest.raises(ParamsError):
        list(read_answers(table(tmp_path / "a.csv", [["q1", "Q1"], ["1", "2"]]), instrument("phq2")))


def test_blank_lines_and_repeated_headings_are_passed_over(tmp_path):
    rows = [["q1", "q2"], ["1", "2"], ["", ""], ["q1", "q2"], ["3", "3"]]
    assert len(list(read_answers(table(tmp_path / "a.csv", rows), instrument("phq2")))) == 2


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [("2", 2), (" 2.5 ", 2.5), ("２", 2), ("", None), ("N/A", None), ("未答", None), ("拒答", Absence.REFUSED),
     ("不知道", Absence.DONT_KNOW), ("无法完成", Absence.UNABLE), ("未询问", Absence.NOT_ASKED), ("=cmd()", "=cmd()"),
     ("1_0", "1_0"), (3, 3), ("refused", Absence.REFUSED)],
)  # fmt: skip
def test_cells(cell, wanted):
    got = value(cell)
    assert got is wanted or got == wanted


def test_context_and_scheme_from_the_command_line(tmp_path):
    path = table(tmp_path / "a.csv", [["nutrition", "disease"], ["1", "1"]])
    assert json.loads(call("score", "nrs2002", path, "--context", "age=70", "--json").output)["total"] == 3
    assert call("score", "nrs2002", path, "--context", "height=70").exit_code == 4
    assert call("score", "nrs2002", path, "--scheme", "nonesuch").exit_code == 4
    assert call("score", "nonesuch", path).exit_code == 4
    assert call("score", "nrs2002", tmp_path / "absent.csv").exit_code == 5
    assert call("score", "nrs2002", path, "--lang", "fr").exit_code == 2


def test_a_failure_keeps_the_old_output(tmp_path):
    out = tmp_path / "r.jsonl"
    out.write_text("old", encoding="utf-8")
    (tmp_path / "a.jsonl").write_text('{"q1": 1}\nbroken\n', encoding="utf-8")
    assert call("score", "phq2", tmp_path / "a.jsonl", "--out", out).exit_code == 5
    assert out.read_text(encoding="utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 2


def test_instruments_list_show_licence_verification():
    listed = json.loads(call("instruments", "list", "--json").output)
    assert len(listed) == 70
    assert "annex" in next(row["wanted"] for row in listed if row["id"] == "ltc2021")
    assert "morse" in call("instruments").output
    assert "cn_gt45" in call("instruments", "show", "morse").output
    assert "## 界值方案" in call("instruments", "show", "morse", "--lang", "zh").output.splitlines()
    assert json.loads(call("instruments", "show", "morse", "--json").output)["content_hash"].startswith("sha256:")
    assert "reserved" in call("instruments", "licence", "morse").output
    assert "annex" in call("instruments", "verification", "ltc2021").output
    assert call("instruments", "nonesuch").exit_code == 2
    assert call("instruments", "show").exit_code == 2


def test_interview_walks_back_refuses_and_scores():
    done = call("interview", "phq2", answers="5\n1\nb\n2\n3\n")
    assert done.exit_code == 0, done.output
    assert "Allowed" in done.output
    assert "not the instrument's validated wording" in done.output
    assert "5 (0–6)" in done.output


def test_interview_can_be_left_and_knows_absences():
    assert "without a result" in call("interview", "phq2", answers="1\nq\n").output
    assert '"absent": {' in call("interview", "phq2", "--json", answers="r\n1\n").output
    assert call("interview", "moca", answers="").exit_code == 4


def test_interview_asks_the_context():
    done = call("interview", "awgs2019", "--json", answers="20\n0.9\ns\ns\ns\n男\ndxa\n")
    assert '"possible_sarcopenia"' in done.output


def test_interview_with_a_licensed_file(tmp_path):
    items = {"nutrition": "wording one", "disease": "wording two"}
    document = {"instrument": "nrs2002", "version": "1.0.0", "lang": "en", "licensee": "Acme", "licence": "c", "items": items}
    path = tmp_path / "t.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    done = call("interview", "nrs2002", "--text", path, answers="2\n1\n80\n")
    assert "wording one" in done.output
    assert "4 (0–7)" in done.output


def test_help_in_both_languages():
    assert set(HELP) == set(COMMANDS)
    assert all(text["en"] and text["zh"] for text in HELP.values())


def test_chinese_after_an_ascii_beginning(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"q1,q2,note\n" + (b"1,1," + b"x" * 1000 + b"\n") * 1100 + "2,2,好\n".encode())
    assert list(read_answers(path, instrument("phq2")))[-1].responses == {"q1": 2, "q2": 2}
