"""What each command says, in both languages, as text and as JSON, and its exit code."""

import re

import pytest

from agetech import __version__
from agetech.cli.exits import ExitCode
from agetech.core import registry

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_version(agetech):
    said = agetech("--version")
    assert (said.code, said.out.strip()) == (0, f"agetech {__version__}")


@pytest.mark.parametrize("command", [(), ("demo",), ("run",), ("algorithms",), ("describe",), ("doctor",), ("warmup",)])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_help_is_in_the_language_asked_for(agetech, command, lang):
    said = agetech(*command, "--help", "--lang", lang)
    assert said.code == 0
    assert bool(HAN.search(said.out)) == (lang == "zh")


@pytest.mark.parametrize(
    "arguments", [("frob",), ("run",), ("algorithms", "--frob"), ("--lang", "fr", "algorithms"), ("algorithms", "--lang")]
)
def test_wrong_use_is_2(agetech, arguments):
    said = agetech(*arguments)
    assert said.code == ExitCode.USAGE
    assert said.err
    assert "Traceback" not in said.err


def test_algorithms_lists_what_is_registered(agetech):
    said = agetech("algorithms")
    assert said.code == 0
    assert "made.peaks" in said.out
    assert "Peaks" in said.out
    assert "峰值" in agetech("algorithms", "--lang=zh").out
    found = {one["id"]: one for one in agetech("algorithms", "--json").json["algorithms"]}
    assert found["made.peaks"]["streaming"] is True
    assert found["made.whole"]["streaming"] is False


def test_describe_shows_units_bounds_and_meanings(agetech):
    said = agetech("describe", "made.peaks")
    for word in ("m/s2", "waist | wrist", ">= 5, <= 200", "required", "magnitude of an impact", "2 FALL", "Our own"):
        assert word in said.out
    assert "撞击阈值" in agetech("describe", "made.peaks", "--lang", "zh").out
    about = agetech("describe", "made.peaks@1.0.0", "--json").json
    assert about["params"][1] == {
        "name": "impact",
        "required": False,
        "default": 35.0,
        "unit": "m/s2",
        "bounds": {"ge": 5.0, "le": 200.0},
        "values": None,
        "meaning": {"en": "magnitude of an impact", "zh": "撞击阈值"},
        "source": "",
    }


def test_an_unknown_algorithm_is_4_with_its_remedy(agetech):
    said = agetech("describe", "made.nothing")
    assert said.code == ExitCode.UNKNOWN
    assert "E_ALGORITHM" in said.err
    assert "made.peaks" in said.err
    assert "agetech algorithms" in said.err
    assert "Traceback" not in said.err
    assert HAN.search(agetech("describe", "made.nothing", "--lang", "zh").err)


def test_an_error_as_json_stands_on_standard_output(agetech):
    said = agetech("describe", "made.nothing", "--json")
    assert said.code == ExitCode.UNKNOWN
    assert said.json["error"]["code"] == "E_ALGORITHM"
    assert set(said.json["error"]["message"]) == {"en", "zh"}


def test_a_name_with_escape_codes_is_shown_harmless(agetech):
    said = agetech("describe", "\x1b[31mred\u202e")
    assert "\x1b" not in said.err
    assert "\u202e" not in said.err
    assert "\\u001b[31mred\\u202e" in said.err


def test_doctor_names_versions_cache_and_extras(agetech, monkeypatch):
    monkeypatch.setenv("AGETECH_JIT", "off")
    said = agetech("doctor")
    for word in ("agetech", __version__, "numba", "numpy", "cache", "JIT", "off: plain Python", "[parquet]", "en"):
        assert word in said.out
    found = agetech("doctor", "--json").json
    assert found["agetech"] == __version__
    assert found["jit"]["enabled"] is False
    assert found["jit"]["real_time"]["factor"] > 0
    assert set(found["required"]) >= {"numpy", "scipy", "numba", "pydantic", "typer", "rich", "jinja2"}
    assert {"parquet", "edf", "wfdb", "plot"} <= set(found["extras"])


def test_doctor_measures_nothing_with_the_jit_on(agetech, monkeypatch):
    monkeypatch.setenv("AGETECH_JIT", "on")
    assert agetech("doctor", "--json").json["jit"] == {"enabled": True, "real_time": None}


def test_doctor_names_a_broken_plugin_and_leaves_with_6(agetech, monkeypatch):
    bad = registry.Broken("tenant.thing", "their-package\x1b[2J", "ImportError: no module")
    monkeypatch.setattr("agetech.core.broken", lambda: (bad,), raising=False)
    said = agetech("doctor")
    assert said.code == ExitCode.UNHEALTHY
    assert "tenant.thing" in said.out
    assert "their-package\\u001b[2J" in said.out
    assert agetech("doctor", "--json").json["broken"] == [
        {"id": "tenant.thing", "distribution": "their-package\x1b[2J", "reason": "ImportError: no module"}
    ]


def test_doctor_without_a_place_for_the_cache(agetech, monkeypatch, tmp_path):
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    monkeypatch.setenv("AGETECH_CACHE_DIR", str(file / "below"))
    found = agetech("doctor", "--json").json
    assert found["cache"] == {"folder": None, "writable": False, "files": 0, "bytes": 0}
    assert "compiled anew" in agetech("doctor").out


def test_warmup_with_the_jit_off_says_so(agetech, monkeypatch):
    monkeypatch.setenv("AGETECH_JIT", "off")
    monkeypatch.setattr("agetech.core.algorithms", lambda: ("made.peaks",), raising=False)
    said = agetech("warmup", "--cache-dir", "cache")
    assert said.code == 0
    assert "The JIT is off" in said.out
    assert "made.peaks" in said.out


def test_warmup_names_what_fails_and_goes_on(agetech, monkeypatch):
    from tests.unit.cli.made import LEVEL

    def fails(p, fs, x):
        raise RuntimeError("broken here")

    monkeypatch.setattr(type(LEVEL.shape), "estimate", property(lambda self: fails))
    monkeypatch.setattr("agetech.core.algorithms", lambda: ("made.level", "made.peaks"), raising=False)
    said = agetech("warmup", "--json")
    found = {one["id"]: one["error"] for one in said.json["algorithms"]}
    assert said.code == ExitCode.UNHEALTHY
    assert "broken here" in found["made.level"]
    assert found["made.peaks"] is None


def test_warmup_says_time_and_bytes(agetech, monkeypatch, tmp_path):
    monkeypatch.setattr("agetech.core.algorithms", lambda: ("made.peaks",), raising=False)
    made = agetech("warmup", "--cache-dir", tmp_path / "cache", "--json").json
    assert made["cache"]["folder"].startswith(str(tmp_path / "cache"))
    assert made["seconds"] > 0
    assert made["bytes_added"] == made["cache"]["bytes"]


def test_the_language_may_stand_anywhere(agetech):
    for arguments in (("--lang", "zh", "algorithms"), ("algorithms", "--lang", "zh"), ("--lang=zh", "algorithms")):
        assert HAN.search(agetech(*arguments).out)


def test_doctor_names_what_the_system_lacks(agetech, monkeypatch):
    from agetech.exchange import platform

    assert agetech("doctor", "--json").json["lacks"] == []
    monkeypatch.setattr(platform, "POSIX", False)
    assert "fsync of a folder" in agetech("doctor").out
    assert "断电" in agetech("doctor", "--lang", "zh").out
