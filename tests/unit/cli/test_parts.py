"""The parts of `agetech run`: settings from text, feeding in pieces, files that are whole or not there, CSV."""

import csv
import io

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from agetech.cli import with_language
from agetech.cli.exits import ExitCode, code_of
from agetech.cli.feeding import compiled, feed, pieces
from agetech.cli.output import document, format_of, table_text
from agetech.cli.settings import settings
from agetech.cli.terminal import as_json
from agetech.core import Recording, run
from agetech.errors import AgetechError, CheckpointError, ExchangeError, ParamsError, SchemaError, SignalError
from agetech.report.evidence import Evidence
from agetech.simulate import Fall, GetUp, Still, Walk, perform
from tests.unit.cli.made import LEVEL, PEAKS, PeakParams, Where


@pytest.fixture(scope="module")
def scene():
    return perform([Still(5.0), Walk(20.0), Fall(lie=10.0), GetUp(), Still(700.0)], seed=1)


def recording(scene, **more):
    return Recording({"acc": scene.signal}, fs=scene.fs, units="m/s2", placement="waist", **more)


def test_settings_by_the_declaration_of_each():
    values = settings(PeakParams, ["placement=wrist", "impact=40", "strict=true"])
    assert values == {"placement": "wrist", "impact": 40, "strict": True}
    made = PeakParams(**values)
    assert (made.placement, made.impact, made.strict) == (Where.WRIST, 40.0, True)
    assert settings(PeakParams, []) == {}


@pytest.mark.parametrize(
    ("pair", "code"), [("impact=forty", "E_PARAM"), ("impact=", "E_PARAM"), ("impact=NaN", "E_PARAM"), ("size=3", "E_PARAM_UNKNOWN")]
)
def test_wrong_settings_name_the_parameter(pair, code):
    with pytest.raises(ParamsError, match=code) as caught:
        settings(PeakParams, [pair])
    assert pair.split("=")[0] in caught.value.path


@pytest.mark.parametrize("pair", ["impact", "=3", "", "  =1"])
def test_a_setting_without_a_name_or_a_sign_is_wrong_use(pair):
    with pytest.raises(typer.BadParameter):
        settings(PeakParams, [pair])


@given(st.floats(0.02, 900.0))
def test_pieces_of_any_length_give_the_rows_of_the_batch_run(piece):
    made = perform([Still(2.0), Fall(lie=5.0)], seed=1)
    fed = feed(LEVEL, Recording({"acc": made.signal}, fs=made.fs, units="m/s2"), {}, label="", piece=piece)
    assert fed.rows.tobytes() == run(LEVEL, made.signal, made.fs).tobytes()
    assert fed.refusal is None


def test_pieces_of_several_inputs_keep_their_times():
    inputs = {"a": np.arange(1000.0), "b": np.arange(250.0), "beats": np.column_stack([np.arange(0, 1000, 40.0), np.ones(25)])}

    class Input:
        def __init__(self, name, kind):
            self.name, self.kind = name, kind

    class Several:
        inputs = (Input("a", "uniform"), Input("b", "uniform"), Input("beats", "series"))

    given_ = list(pieces(Several, inputs, {"a": 100.0, "b": 25.0}, 3.0))
    assert [done for done, _ in given_] == [300, 600, 900, 1000]
    for name, whole in inputs.items():
        assert np.array_equal(np.concatenate([chunk[name] for _, chunk in given_]), whole)
    assert given_[1][1]["b"].tolist() == list(range(75, 150))
    assert given_[1][1]["beats"][:, 0].tolist() == [320.0, 360.0, 400.0, 440.0, 480.0, 520.0, 560.0]


def test_a_refusal_keeps_the_rows_before_it(scene):
    signal = scene.signal.copy()
    signal[-100:] = 1e6
    fed = feed(PEAKS, recording(type("Scene", (), {"signal": signal, "fs": 50.0})()), {}, label="")
    assert fed.refusal.code == "E_RANGE"
    assert len(fed.rows) == 1
    refused = document(Evidence(PEAKS, fed.rows, fed.signal, fed.fs, fed.params, "recorded"), error=fed.refusal)
    assert refused["error"]["code"] == "E_RANGE"
    assert len(refused["rows"]) == 1


def test_a_placement_that_differs_is_refused(scene):
    with pytest.raises(ParamsError):
        feed(PEAKS, recording(scene), {"placement": "wrist"}, label="")


def test_csv_holds_every_field_and_unit(scene):
    fed = feed(PEAKS, recording(scene), {}, label="")
    lines = list(csv.reader(io.StringIO(table_text(Evidence(PEAKS, fed.rows, fed.signal, fed.fs, fed.params, "recorded")))))
    assert lines[0] == ["onset [{sample}]", "impact [{sample}]", "confirmed [{sample}]", "peak [m/s2]", "confidence [1]", "kind [{code}]"]
    assert len(lines) == 1 + len(fed.rows)
    assert float(lines[1][3]) == fed.rows["peak"][0]


def test_json_has_no_nan():
    assert as_json({"a": float("nan"), "b": [float("inf"), 1.5]}).split() == ["{", '"a":', "null,", '"b":', "[", "null,", "1.5", "]", "}"]


def test_formats_are_told_by_the_name(tmp_path):
    assert format_of(tmp_path / "a.HTML") == ".html"
    assert format_of(None) == ""
    with pytest.raises(typer.BadParameter):
        format_of(tmp_path / "a.docx")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SignalError("E_SHAPE"), 3),
        (SchemaError("E_SHAPE"), 3),
        (CheckpointError("E_STATE"), 3),
        (ParamsError("E_PARAM"), 4),
        (ExchangeError("E_SHAPE"), 5),
        (FileNotFoundError(), 5),
        (KeyboardInterrupt(), 130),
        (AgetechError("E_SHAPE"), 1),
    ],
)
def test_exit_codes_are_stable(error, code):
    assert code_of(error) == code


def test_the_codes_themselves():
    assert {one.name: int(one) for one in ExitCode} == {
        "OK": 0,
        "FAULT": 1,
        "USAGE": 2,
        "REFUSED": 3,
        "UNKNOWN": 4,
        "FILE": 5,
        "UNHEALTHY": 6,
        "ACTION": 7,
        "UNSETTLED": 8,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("given_", "rest", "wrong"),
    [
        (["run", "--lang", "zh", "x"], ["run", "x"], None),
        (["--lang=en"], [], None),
        (["--lang", "fr"], [], "fr"),
        (["--lang"], [], ""),
        (["run", "--", "--lang", "fr"], ["run", "--", "--lang", "fr"], None),
        (["--language", "zh"], ["--language", "zh"], None),
    ],
)
def test_the_language_is_taken_out_of_the_arguments(given_, rest, wrong):
    assert with_language(given_) == (rest, wrong)


def test_what_is_left_to_compile_is_known(monkeypatch, tmp_path, scene):
    monkeypatch.setenv("AGETECH_JIT", "off")
    assert compiled(PEAKS)
    monkeypatch.setenv("AGETECH_JIT", "on")
    monkeypatch.setenv("AGETECH_CACHE_DIR", str(tmp_path))
    assert not compiled(PEAKS)
    assert compiled(LEVEL)  # windows have no kernel of their own
