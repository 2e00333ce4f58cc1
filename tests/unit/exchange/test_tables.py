"""Other people's tables: profiles, encodings, delimiters, and what is refused with row and column."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agetech.core.timebase import nanoseconds
from agetech.errors import ExchangeError
from agetech.exchange import column_profiles, decode, read
from agetech.exchange.delimited import csv_bytes
from agetech.exchange.encoding import everyday
from agetech.exchange.profiles import Profile, parse_profile, profile_of

HEART = {
    "id": "heart",
    "title": {"en": "heart rate table", "zh": "心率表"},
    "delimiter": ";",
    "decimal": ",",
    "time": {"column": "时间", "unit": "iso", "stamps": "sample", "zone": "+08:00"},
    "fs": 1,
    "channels": {"心率": {"columns": "心率", "unit": "/min"}, "temp": {"columns": ["体温"], "unit": "Cel", "scale": 0.1}},
}
TABLE = "时间;心率;体温;备注\r\n2026-01-05T08:00:00;72,5;365;\r\n2026-01-05T08:00:01;;366;好\r\n2026-01-05T08:00:02;73;367;\r\n"


def file(tmp_path: Path, data: bytes | str, name: str = "t.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return path


def sisfall(rows: int) -> str:
    table = np.random.default_rng(3).integers(-500, 500, (rows, 9))
    return "".join(",".join(f"{value:4d}" for value in row) + ";\r\n" for row in table)


def test_sisfall(tmp_path: Path) -> None:
    text = sisfall(400)
    got = read(file(tmp_path, text + "\r\n", "D01_SA01_R01.txt"), profile="sisfall")
    assert (got.fs, got.placement, got.units["acc"]) == (200.0, "waist", "[g]")
    assert got.channels["acc"].shape == (400, 3)
    first = [int(cell) for cell in text.split(";")[0].split(",")]
    assert got.channels["acc"][0].tolist() == [count / 256 for count in first[:3]]
    assert got.channels["gyro"][0].tolist() == [count * 4000 / 65536 for count in first[3:6]]
    assert got.channels["acc_8g"][0].tolist() == [count / 1024 for count in first[6:]]
    assert got.quality["profile"] == "sisfall"


@pytest.mark.parametrize("part", range(1, 64, 7))
def test_a_sisfall_file_cut_short_is_refused(tmp_path: Path, part: int) -> None:
    text = sisfall(50)
    cut = text[: len(text) * part // 64].rstrip("\r\n")
    cut = cut.removesuffix(";")
    with pytest.raises(ExchangeError) as caught:
        read(file(tmp_path, cut), profile="sisfall")
    assert caught.value.code == "E_ROW"
    assert "truncated" in caught.value.got


def test_sisfall_counts_out_of_the_sensor_range_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExchangeError) as caught:
        read(file(tmp_path, "1,2,3,4,5,6,7,8,9;\n1,2,9000,4,5,6,7,8,9;\n"), profile="sisfall")
    assert (caught.value.code, caught.value.facts["row"], caught.value.facts["column"]) == ("E_CELL", 2, "ADXL345_z")


def test_weda_is_known_by_its_header(tmp_path: Path) -> None:
    t = (np.arange(500) // 5) * 0.1 + np.arange(500) % 5 * 0.002
    rows = "".join(f"{at:.3f},0.1,-9.8,0.3\n" for at in t)
    got = read(file(tmp_path, "accel_time_list,accel_x_list,accel_y_list,accel_z_list\n" + rows))
    assert (got.fs, got.placement, got.quality["profile"]) == (50.0, "wrist", "weda-fall")
    assert got.quality["repairs"]["samples"] == 500
    assert len(got.channels["acc"]) == pytest.approx(500, abs=4)


def test_a_table_without_profile_or_known_header_is_refused_and_the_profiles_are_named(tmp_path: Path) -> None:
    path = file(tmp_path, "time,x,y,z\n0,1,2,3\n0.02,1,2,3\n")
    with pytest.raises(ExchangeError) as caught:
        read(path)
    assert caught.value.code == "E_PROFILE_NEEDED"
    assert all(name in caught.value.expected for name in ("sisfall", "weda-fall", "time-xyz"))
    assert read(path, profile="time-xyz").units["acc"] == "m/s2"
    assert read(path, profile="time-xyz-g").units["acc"] == "[g]"
    with pytest.raises(ExchangeError, match="E_PROFILE_UNKNOWN"):
        read(path, profile="xyz")


def test_the_rate_is_measured_where_the_profile_leaves_it_open(tmp_path: Path) -> None:
    for rate in (25, 50, 200, 49.6):
        rows = "".join(f"{k / rate!r},{k},0,9.8\n" for k in range(200))
        got = read(file(tmp_path, "time,x,y,z\n" + rows), profile="time-xyz")
        assert got.fs == pytest.approx(rate, rel=1e-9)
        assert got.channels["acc"][:, 0] == pytest.approx(np.arange(200.0), abs=1e-6)
    assert read(tmp_path / "t.csv", profile="time-xyz", fs=50).fs == 50.0
    with pytest.raises(ExchangeError, match="E_COLUMNS"):
        read(file(tmp_path, "time,x,y,z\n0,1,2,3\n"), profile="time-xyz")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_chinese_headers_decimal_commas_and_local_times(tmp_path: Path, encoding: str) -> None:
    got = read(file(tmp_path, TABLE.encode(encoding)), profile=HEART)
    assert got.fs == 1.0
    assert got.channels["心率"].tolist()[::2] == [72.5, 73.0]
    assert np.isnan(got.channels["心率"][1])
    assert got.channels["temp"].tolist() == pytest.approx([36.5, 36.6, 36.7])
    assert got.start is not None
    assert got.nanoseconds(0) == nanoseconds(got.start)
    assert got.start.isoformat() == "2026-01-05T00:00:00+00:00"


def test_a_local_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    profile = {**HEART, "time": {"column": "时间", "unit": "iso", "stamps": "sample"}}
    with pytest.raises(ExchangeError) as caught:
        read(file(tmp_path, TABLE), profile=profile)
    assert caught.value.code == "E_CELL"
    assert "offset" in caught.value.expected
    with pytest.raises(ExchangeError, match="E_CELL"):
        read(file(tmp_path, TABLE.replace("08:00:01", "quarter past")), profile=HEART)


def test_epoch_milliseconds_are_exact(tmp_path: Path) -> None:
    profile = {
        "id": "ms", "title": {"en": "", "zh": ""}, "fs": 50,
        "time": {"column": "t", "unit": "ms", "stamps": "sample", "epoch": True},
        "channels": {"x": {"columns": "x", "unit": "1"}},
    }  # fmt: skip
    rows = "".join(f"{1767571200123 + 20 * k},{k}\n" for k in range(100))
    got = read(file(tmp_path, "t,x\n" + rows), profile=profile)
    assert got.nanoseconds(0) == 1767571200123 * 10**6
    assert got.channels["x"].tolist() == list(range(100))


@pytest.mark.parametrize(
    ("table", "code", "row"),
    [
        ("time,x,y,z\n0,1,2\n1,1,2,3\n", "E_ROW", 2),
        ("time,x,y,z\n0,1,2,3\n1,1,2,3,4\n", "E_ROW", 3),
        ("time,x,y,z\n0,1,2,3\n0.1,=cmd,2,3\n", "E_CELL", 3),
        ("time,x,y,z\n0,1,2,3\ntime,x,y,z\n", "E_CELL", 3),
        ("time,x,y,z\n0,１,2,3\n0.1,1,2,3\n", "E_CELL", 2),
        ("time,x,y,z\n0,1_0,2,3\n0.1,1,2,3\n", "E_CELL", 2),
        ("time,x,y,z\n0,0x10,2,3\n0.1,1,2,3\n", "E_CELL", 2),
        ('time,x,y,z\n0,"1,2",2,3\n0.1,1,2,3\n', "E_CELL", 2),
        ("time;x;y;z\n0;1;2;3\n", "E_COLUMNS", None),
        ("time,x,y\n0,1,2\n", "E_COLUMNS", None),
        ("time,x,x,y,z\n0,1,1,2,3\n", "E_COLUMNS", None),
        ("", "E_COLUMNS", None),
        ("time,x,y,z\n0,1,2," + "9" * 1_000_001 + "\n", "E_LIMIT", None),
    ],
)
def test_what_is_no_table_of_numbers_names_row_and_column(tmp_path: Path, table: str, code: str, row: int | None) -> None:
    with pytest.raises(ExchangeError) as caught:
        read(file(tmp_path, table), profile="time-xyz", encoding="utf-8")
    assert caught.value.code == code
    assert caught.value.facts.get("row") == row
    assert caught.value.message("zh")


def test_a_table_that_ends_within_a_line_says_so(tmp_path: Path) -> None:
    table = "time,x,y,z\n0,1,2,3\n0.02,1,2,3.25\n"
    assert "last_line_open" not in read(file(tmp_path, table), profile="time-xyz").quality
    assert read(file(tmp_path, table[:-2]), profile="time-xyz").quality["last_line_open"] is True


def test_quotes_blanks_missing_cells_and_a_byte_order_mark(tmp_path: Path) -> None:
    table = '\ufeff"time", x ,y,z\r\n0,"1",NaN,3\r\n0.02, 2 ,,3\r\n0.04,3,-,inf\r\n\r\n'
    got = read(file(tmp_path, table), profile="time-xyz").channels["acc"]
    assert got[:, 0].tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(got[:, 1]).all()


def test_a_wrong_unit_shows_as_the_gate_of_the_algorithm_not_as_a_number(tmp_path: Path) -> None:
    from agetech.errors import SignalError

    rows = "".join(f"{k / 50},0,0,1000\n" for k in range(1500))
    got = read(file(tmp_path, "time,x,y,z\n" + rows), profile="time-xyz-mg")
    assert got.signal("acc", "m/s2")[0, 2] == pytest.approx(9.80665)
    with pytest.raises(SignalError, match="E_UNIT_DECLARED"):
        got.signal("acc", "mV")


# --- encodings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["加速度,单位,备注\n1,2,3", "体温（℃）,心率\n", "姓名,性别,年龄\n张伟,男,81\n王芳,女,79\n"])
def test_everyday_chinese_is_told_apart_without_being_declared(text: str) -> None:
    assert decode(text.encode("utf-8"))[0] == text
    assert decode(text.encode("gb18030")) == (text, "gb18030")
    assert decode(text.encode("utf-8-sig")) == (text, "utf-8")
    assert decode(text.encode("gbk"), encoding="gbk") == (text, "gbk")


def test_doubt_is_asked_and_known_columns_settle_it() -> None:
    doubtful = "茅".encode("gb18030")  # the same bytes are an accented letter in UTF-8
    with pytest.raises(ExchangeError) as caught:
        decode(b"temp" + doubtful + b"rature,x\n")
    assert caught.value.code == "E_ENCODING_DOUBT"
    assert "utf-8" in caught.value.expected
    assert decode(doubtful + b",x\n", known=["茅"])[1] == "gb18030"
    assert decode(doubtful + b",x\n", known=["é"])[1] == "utf-8"
    assert decode(doubtful, encoding="utf-8")[0] == "é"


@pytest.mark.parametrize("data", ["时间,x".encode("utf-16"), b"a\0b", b"time\xff\xff,x", "時間,値".encode("shift_jis")[:7] + b"\xff"])
def test_what_no_reading_decodes_is_refused(data: bytes) -> None:
    with pytest.raises(ExchangeError, match="E_ENCODING"):
        decode(data)


def test_a_declared_encoding_is_the_only_reading() -> None:
    with pytest.raises(ExchangeError, match="E_ENCODING"):
        decode("时间".encode("gbk"), encoding="utf-8")
    with pytest.raises(ExchangeError, match="E_ENCODING"):
        decode(b"x", encoding="latin-1")


@given(
    st.text(
        alphabet="的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经",
        min_size=1,
        max_size=40,
    )
)
def test_no_everyday_text_is_ever_misread(text: str) -> None:
    for encoding in ("utf-8", "gb18030"):
        try:
            got, _ = decode(text.encode(encoding))
        except ExchangeError as error:
            got = text if error.code == "E_ENCODING_DOUBT" else ""
        assert got == text


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_our_error(data: bytes) -> None:
    try:
        text, encoding = decode(data)
    except ExchangeError:
        return
    assert text.encode(encoding) in (data, data.removeprefix(b"\xef\xbb\xbf"))


def test_everyday_share() -> None:
    assert everyday("abc") == 1.0
    assert everyday("体温é") == 1.0
    assert everyday("鍔犻") < 0.6


# --- profiles --------------------------------------------------------------------------------------------------


def test_every_profile_has_both_languages_and_a_source() -> None:
    for name, profile in column_profiles().items():
        assert profile.id == name
        assert profile.title["en"]
        assert any("\u4e00" <= sign <= "\u9fff" for sign in profile.title["zh"])
        assert profile.source


def test_a_profile_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "heart.json"
    path.write_text(json.dumps(HEART), encoding="utf-8")
    assert profile_of(path) == profile_of(str(path)) == profile_of(HEART)
    assert isinstance(profile_of(path), Profile)
    assert profile_of(profile_of(path)).id == "heart"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ExchangeError, match="E_PROFILE"):
        profile_of(path)


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "red"},
        {"channels": {}},
        {"channels": {"a": {"columns": ["a"]}}},
        {"channels": {"a": {"columns": ["a"], "unit": "gee"}}},
        {"channels": {"a": {"columns": ["a", "a"], "unit": "1"}}},
        {"channels": {"a": {"columns": ["a"], "unit": "1", "scale": 0}}},
        {"time": None, "fs": None},
        {"fs": -1},
        {"fs": True},
        {"delimiter": "::"},
        {"decimal": ";"},
        {"encoding": "big5"},
        {"header": False},
        {"header": "yes"},
        {"time": {"column": "t", "unit": "fortnight", "stamps": "sample"}},
        {"time": {"column": "t", "unit": "s", "stamps": "both"}},
        {"time": {"column": "t", "unit": "s"}},
        {"title": {"en": "x"}},
        {"id": None, "title": None},
    ],
)
def test_a_wrong_profile_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ExchangeError, match="E_PROFILE"):
        parse_profile({**HEART, **change}, "p.json")
    with pytest.raises(ExchangeError, match="E_PROFILE"):
        parse_profile([1], "p.json")


# --- export ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x","y")'])
def test_formulas_are_escaped_on_export(text: str) -> None:
    cell = csv_bytes([[text]]).decode("utf-8-sig").rstrip("\r\n")
    assert cell.lstrip('"').startswith("'")


def test_numbers_are_no_formulas() -> None:
    assert csv_bytes([[-2.5, "+3", None, "a,b", 'say "x"']]) == b"\xef\xbb\xbf" + b'-2.5,+3,,"a,b","say ""x"""\r\n'
