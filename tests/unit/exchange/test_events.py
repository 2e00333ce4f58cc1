"""Rows -> documents: unit, meaning, quality, source, instants, and an id that names what happened."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from enum import IntEnum, IntFlag
from pathlib import Path

import numpy as np
import pytest

from agetech.core import Algorithm, Field, Input, Param, Params, Record, Recording, Source
from agetech.core.timebase import TimeBase
from agetech.errors import ExchangeError, ParamsError
from agetech.exchange import EventDocument, event_id, events, read_jsonl, write_events_csv, write_jsonl
from agetech.exchange.event_documents import parse_event
from agetech.units import ACCELERATION, BITS, CODE, NUMBER, SAMPLE, Seconds

START = "2026-01-05T08:00:00+08:00"
LATER = "2026-01-05T08:00:00.000001+08:00"


class Kind(IntEnum):
    BUMP = 0
    FALL = 2


class Stage(IntEnum):
    DETECTED = 1
    LONG_LIE = 3


class Remark(IntFlag):
    CLIPPED = 1
    GAP = 2


class Settings(Params):
    wait: Seconds = Param(1.0, ge=0.0, le=9.0, en="wait", zh="等待")
    placement: str = Param(en="place", zh="位置")


def analyse(_params: object, _fs: float, _x: object) -> object:
    return np.zeros(0, ALG.dtype)


ALG = Algorithm(
    id="test.bump",
    version="1.2.0",
    title_en="bump",
    title_zh="碰撞",
    source=(Source("Bump 2020", "doi:10/b", "own"),),
    inputs=(Input("acc", ACCELERATION, "a", "加", columns=("x", "y", "z"), rates=(20.0, 400.0)),),
    output="events",
    fields=(
        Field("onset", "i8", SAMPLE, "begin", "开始"),
        Field("settled", "i8", SAMPLE, "quiet", "静止"),
        Field("confirmed", "i8", SAMPLE, "known", "确认"),
        Field("peak", "f8", ACCELERATION, "peak", "峰值"),
        Field("kind", "i8", CODE, "kind", "类别", labels=Kind),
        Field("stage", "i8", CODE, "stage", "阶段", labels=Stage),
        Field("remarks", "i8", BITS, "remarks", "备注", labels=Remark),
        Field("features", "f8", NUMBER, "features", "特征", shape=(2,), parts=("a", "b")),
    ),
    params=Settings,
    shape=Record(analyse=analyse),  # type: ignore[arg-type]
)


def rows() -> np.ndarray:
    made = np.zeros(3, ALG.dtype)
    made["onset"], made["settled"], made["confirmed"] = [100, 100, 500], [150, -1, 520], [200, 1700, 600]
    made["peak"], made["kind"], made["stage"] = [31.5, 31.5, np.nan], [2, 2, 0], [1, 3, 1]
    made["remarks"] = [0, 3, 8]
    made["features"] = [[1.0, np.nan], [2.0, 3.0], [0.0, 0.0]]
    return made


def recording(**changes: object) -> Recording:
    settings: dict[str, object] = {"fs": 50, "units": "m/s2", "start": START, "placement": "waist", "device": "belt 7"}
    return Recording({"acc": np.zeros((2000, 3))}, **{**settings, **changes})  # type: ignore[arg-type]


def made(**changes: object) -> tuple[EventDocument, ...]:
    return events(rows(), **{"algorithm": ALG, "subject": "P-1", "recording": recording(), **changes})  # type: ignore[arg-type]


def test_a_document_says_everything_about_its_row() -> None:
    first, second, third = made()
    assert (first.algorithm, first.version, first.subject, first.device, first.placement, first.fs) == (
        "test.bump", "1.2.0", "P-1", "belt 7", "waist", 50.0,
    )  # fmt: skip
    assert first.params == Settings(placement="waist").digest()
    assert first.onset == "2026-01-05T08:00:02.000000000+08:00"
    assert first.confirmed == "2026-01-05T08:00:04.000000000+08:00"
    assert (first.kind, first.stage, second.stage, third.kind) == ("FALL", "DETECTED", "LONG_LIE", "BUMP")
    assert (first.remarks, second.remarks, third.remarks) == ((), ("CLIPPED", "GAP"), ("bit_3",))
    assert first.source == ("Bump 2020 doi:10/b",)
    peak = next(field for field in first.fields if field.name == "peak")
    assert (peak.value, peak.unit, peak.en, peak.zh) == (31.5, "m/s2", "peak", "峰值")
    settled = next(field for field in first.fields if field.name == "settled")
    assert settled.instant == "2026-01-05T08:00:03.000000000+08:00"
    assert (second.value("settled"), third.value("peak")) == (None, None)
    assert first.value("features") == (1.0, None)
    assert next(field for field in first.fields if field.name == "kind").label == "FALL"
    with pytest.raises(ExchangeError, match="E_DOCUMENT"):
        first.value("colour")


def test_the_id_is_the_digest_of_what_happened() -> None:
    first = made()[0]
    zero = recording().nanoseconds(0)
    assert zero is not None
    parts = ["P-1", "belt 7", "test.bump@1.2.0", first.params, zero + 2 * 10**9, zero + 4 * 10**9, 2, 1]
    assert first.id == hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()
    assert first.id == event_id("P-1", "belt 7", "test.bump@1.2.0", first.params, zero + 2 * 10**9, zero + 4 * 10**9, 2, 1)


def test_each_stage_is_an_alarm_of_its_own_and_every_part_counts() -> None:
    ids = {document.id for document in made()}
    assert len(ids) == 3
    for change in (
        {"subject": "P-2"}, {"device": "belt 8"}, {"params": {"wait": 2.0}}, {"recording": recording(start=LATER)},
        {"algorithm": dataclasses.replace(ALG, version="1.2.1")},
    ):  # fmt: skip
        assert not ids & {document.id for document in made(**change)}
    assert ids == {document.id for document in made(recording=recording(start="2026-01-05T00:00:00Z"))}  # the same instants
    assert ids == {document.id for document in made(recording=None, time=TimeBase.since(START, 50.0), device="belt 7", placement="waist")}


def test_the_clock_of_another_channel_rate() -> None:
    both = Recording(
        {"spo2": np.zeros(40), "acc": np.zeros((2000, 3))},
        fs={"spo2": 1, "acc": 50},
        units={"spo2": "%", "acc": "m/s2"},
        start=START,
        device="belt 7",
    )
    got = made(recording=both, params={"placement": "waist"})
    assert [document.id for document in got] == [document.id for document in made()]
    assert got[0].fs == 50.0


def test_a_clock_that_was_set_moves_the_instants() -> None:
    base = TimeBase.since(START, 50.0).reset(400, "2026-01-05T12:00:00+08:00")
    third = made(recording=recording(start=None, time=base))[2]
    assert third.onset == "2026-01-05T12:00:02.000000000+08:00"


def test_lines_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "alarms.jsonl"
    write_jsonl(made(), path)
    assert read_jsonl(path) == made()
    assert len(path.read_text(encoding="utf-8").splitlines()) == 3
    whole = path.read_bytes()
    for part in range(1, 64):
        path.write_bytes(whole[: len(whole) * part // 64])
        with pytest.raises(ExchangeError):
            read_jsonl(path)
    path.write_bytes(b"\xff\n")
    with pytest.raises(ExchangeError, match="E_ENCODING"):
        read_jsonl(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "5",
        "NaN",
        "[" * 100_000,
        '{"document":"agetech.event","document":"x"}',
        '{"document":"agetech.event","document_version":"2.0"}',
    ],
)
def test_other_lines_are_refused(text: str) -> None:
    with pytest.raises(ExchangeError, match="E_DOCUMENT"):
        parse_event(text)


def test_a_newer_minor_version_is_read() -> None:
    plain = made()[0].as_dict()
    assert parse_event(json.dumps({**plain, "document_version": "1.7", "new": 5})).id == plain["id"]
    for change in ({"id": 5}, {"fields": None}, {"fs": "fast"}, {"remarks": [1]}):
        with pytest.raises(ExchangeError, match="E_DOCUMENT"):
            parse_event(json.dumps({**plain, **change}))


def test_a_table_for_spreadsheets(tmp_path: Path) -> None:
    path = tmp_path / "alarms.csv"
    write_events_csv(made(device="=cmd"), path)
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    head, first, second, *_ = data.decode("utf-8-sig").split("\r\n")
    assert "peak [m/s2]" in head.split(",")
    assert "features" not in head
    assert "'=cmd" in first
    assert second.split(",")[9] == "CLIPPED GAP"


def test_what_cannot_be_an_event_is_refused() -> None:
    with pytest.raises(ExchangeError, match="E_NO_CLOCK"):
        made(recording=recording(start=None))
    with pytest.raises(ExchangeError, match="E_NO_CLOCK"):
        made(recording=None)
    with pytest.raises(ExchangeError, match="E_DOCUMENT"):
        events(np.zeros(2), algorithm=ALG, subject="P", recording=recording())
    for subject in ("", "a\nb", 5, "x" * 201):
        with pytest.raises(ExchangeError, match="E_DOCUMENT"):
            made(subject=subject)
    with pytest.raises(ParamsError):
        made(params={"wait": 99.0})
    assert events(rows()[:0], algorithm=ALG, subject="P", recording=recording()) == ()


def test_a_refusal_shows_no_subject() -> None:
    with pytest.raises(ExchangeError) as caught:
        made(subject="张三\n11010519491231002X")
    assert "11010519491231002X" not in str(caught.value.as_dict())


def test_documents_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        made()[0].id = "x"  # type: ignore[misc]
