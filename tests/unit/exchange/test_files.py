"""Reading and writing recordings: equal after the way there and back, refused with the probable cause otherwise."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import agetech
import agetech.exchange
from agetech.core.recording import Recording
from agetech.core.timebase import TimeBase
from agetech.errors import AgetechError, ExchangeError
from agetech.exchange import column_profiles, from_frame, read, to_frame, write
from agetech.exchange.counts import as_counts

ENDINGS = ("csv", "npz", "parquet")
START = "2026-01-05T08:00:00+08:00"


def sample(n: int = 300) -> Recording:
    rng = np.random.default_rng(5)
    acc = np.rint(rng.normal(size=(n, 3)) * 256) / 256
    acc[n // 3 : n // 2] = np.nan
    return Recording(
        {"acc": acc, "压力": rng.normal(size=n), "temperature": np.round(36 + rng.normal(size=n), 1)},
        fs=50,
        units={"acc": "[g]", "压力": "kPa", "temperature": "Cel"},
        placement="waist",
        device="=HYPERLINK(1)",
        frame="x right",
        quality={"acc": np.linspace(0, 1, n), "note": "松动", "repairs": {"lost": 3}},
        time=TimeBase.since(START, 50.0, drift=3.5).reset(100, 10**18 + 7),
    )


@pytest.mark.parametrize("ending", ENDINGS)
def test_there_and_back_is_equal(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"夜间 1.{ending}"
    write(sample(), path)
    got = read(path)
    assert got == sample()
    assert got.quality["acc"].tolist() == np.linspace(0, 1, 300).tolist()
    assert got.time == sample().time
    first = path.read_bytes()
    write(got, path)
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", ENDINGS)
@given(
    values=hnp.arrays(
        np.float64, hnp.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=12).filter(lambda s: s[-1] > 0 or len(s) == 1)
    ),
    name=st.text(min_size=1, max_size=8).filter(str.isprintable),
)
def test_any_values_there_and_back(tmp_path_factory: pytest.TempPathFactory, ending: str, values: np.ndarray, name: str) -> None:
    path = tmp_path_factory.mktemp("any") / f"r.{ending}"
    one = Recording({name: values}, fs=3.7, units="1")
    write(one, path)
    got = read(path)
    assert got == one
    assert np.array_equal(np.signbit(got.channels[name]), np.signbit(values)) or np.isnan(values).any()


@pytest.mark.parametrize("ending", ["npz", "parquet"])
def test_counts_are_small(tmp_path: Path, ending: str) -> None:
    counts = np.random.default_rng(1).integers(-2000, 2000, 50_000)
    for factor, value in (("scaled", counts * (9.80665 / 256)), ("decimal", counts / 100)):
        one = Recording({"x": value}, fs=200, units="m/s2")
        write(one, tmp_path / f"{factor}.{ending}")
        assert read(tmp_path / f"{factor}.{ending}") == one
        assert (tmp_path / f"{factor}.{ending}").stat().st_size < 100_000


@given(st.lists(st.integers(-32767, 32767), min_size=1, max_size=50), st.floats(1e-6, 1e3))
def test_counts_are_exact_or_not_used(counts: list[int], scale: float) -> None:
    samples = np.array(counts) * scale
    found = as_counts(np.where(samples == 0, 0.0, samples))
    if found is not None:
        assert found.restore().tobytes() == np.where(samples == 0, 0.0, samples).tobytes()


def test_counts_refuse_what_they_would_change() -> None:
    assert as_counts(np.array([np.inf, 1.0])) is None
    assert as_counts(np.array([-0.0, 1.0])) is None
    assert as_counts(np.random.default_rng(0).normal(size=1000)) is None
    found = as_counts(np.array([0.5, np.nan, -1.25]))
    assert found is not None
    assert np.array_equal(found.restore(), [0.5, np.nan, -1.25], equal_nan=True)


def test_several_rates_need_npz(tmp_path: Path) -> None:
    one = Recording({"ecg": np.arange(250.0), "spo2": np.ones(1)}, fs={"ecg": 250, "spo2": 1}, units={"ecg": "mV", "spo2": "%"})
    write(one, tmp_path / "r.npz")
    assert read(tmp_path / "r.npz") == one
    for ending in ("csv", "parquet"):
        with pytest.raises(ExchangeError, match="E_TABLE_RATES"):
            write(one, tmp_path / f"r.{ending}")
    with pytest.raises(ExchangeError, match="E_TABLE_RATES"):
        to_frame(one)
    with pytest.raises(ExchangeError, match="E_FILE_FORMAT"):
        write(one, tmp_path / "r.xlsx")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.npz"]


def harmless(path: Path, want: Recording) -> None:
    """Read a damaged file: an equal recording or an error of ours, nothing else."""
    try:
        got = read(path)
    except AgetechError as error:
        texts = [error.message("en"), error.message("zh")]
    else:
        texts = ["equal" if got == want else ""]
    assert all(texts)


@pytest.mark.parametrize("ending", ENDINGS)
def test_truncated_at_every_sixty_fourth(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"r.{ending}"
    write(sample(), path)
    whole = path.read_bytes()
    for part in range(64):
        path.write_bytes(whole[: len(whole) * part // 64])
        with pytest.raises(ExchangeError):
            read(path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_bit_flips(tmp_path: Path, ending: str) -> None:
    flip(tmp_path / f"r.{ending}", 150)


def flip(path: Path, flips: int) -> None:
    write(sample(60), path)
    whole = path.read_bytes()
    for at in np.random.default_rng(7).integers(0, 8 * len(whole), flips).tolist():
        broken = bytearray(whole)
        broken[at // 8] ^= 1 << at % 8
        path.write_bytes(bytes(broken))
        harmless(path, sample(60))


@pytest.mark.deep
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_thousand_bit_flips(tmp_path: Path, ending: str) -> None:
    flip(tmp_path / f"r.{ending}", 1000)


def npz(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def npy(array: np.ndarray, *, shape: str | None = None) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    data = stream.getvalue()
    return data if shape is None else data.replace(f"{array.shape}".encode(), shape.encode())


def test_npz_bombs_lies_and_pickles(tmp_path: Path) -> None:
    path = tmp_path / "r.npz"
    write(Recording({"x": np.zeros(1000)}, fs=50, units="1"), path)
    with zipfile.ZipFile(path) as archive:
        good = {name: archive.read(name) for name in archive.namelist()}
    header = json.loads(np.load(io.BytesIO(good["header.npy"])).tobytes())

    def with_header(**changes: object) -> bytes:
        return npy(np.frombuffer(json.dumps({**header, **changes}).encode(), np.uint8))

    huge = [{"name": "x", "unit": "1", "fs": 50.0, "shape": [10**12]}]
    cases = {
        "pickle": {**good, "a0.npy": npy(np.array([{"a": 1}], dtype=object))},
        "other dtype": {**good, "a0.npy": npy(np.zeros(1000, "S4"))},
        "claims 10^12 items": {**good, "a0.npy": npy(np.zeros(1000, "<i2"), shape="(1000000000000,)")},
        "header claims 10^12 items": {**good, "header.npy": with_header(channels=huge)},
        "negative": {**good, "header.npy": with_header(channels=[{**huge[0], "shape": [-5]}])},
        "bomb": {**good, "a0.npy": npy(np.zeros(1 << 27, np.uint8))},
        "no header": {"a0.npy": good["a0.npy"]},
        "member lacks": {"header.npy": good["header.npy"]},
        "newer version": {**good, "header.npy": with_header(version=2)},
        "other format": {**good, "header.npy": with_header(format="x")},
        "digest": {**good, "header.npy": with_header(sha256="0" * 64)},
        "rate": {**good, "header.npy": with_header(channels=[{**header["channels"][0], "fs": "fast"}])},
        "scale": {**good, "header.npy": with_header(counts={"x": {"scale": float("1e999"), "divisor": None}})},
        "deep": {**good, "header.npy": npy(np.frombuffer(b"[" * 100_000, np.uint8))},
        "duplicate key": {**good, "header.npy": npy(np.frombuffer(b'{"format":1,"format":2}', np.uint8))},
        "not json": {**good, "header.npy": npy(np.frombuffer(b"hello", np.uint8))},
    }
    for name, members in cases.items():
        with pytest.raises(ExchangeError) as caught:
            read(npz(path, members), limit=1 << 26)
        assert caught.value.code in {"E_LIMIT", "E_FILE_DAMAGED", "E_FILE_FORMAT", "E_FILE_VERSION", "E_DIGEST"}, name
    assert read(npz(path, good)).duration == 20.0


def test_a_bomb_costs_no_memory(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.npz"
    zeros = npy(np.zeros(100 << 20, np.uint8))
    npz(bomb, {"header.npy": zeros, "a0.npy": zeros})
    assert bomb.stat().st_size < 1 << 20
    code = (
        "import sys, resource, agetech\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    agetech.read(sys.argv[1], limit=128 << 20)\n"
        "except agetech.ExchangeError as error:\n    assert error.code == 'E_LIMIT', error\n"
        "else:\n    raise SystemExit('read')\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "assert grown < 60 * 1024, grown\n"
    )
    subprocess.run([sys.executable, "-c", code, str(bomb)], check=True)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0


def test_a_parquet_bomb_is_refused_by_its_metadata(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table({"x": np.zeros(20_000_000)}), path, compression="zstd")
    assert path.stat().st_size < 1 << 20
    with pytest.raises(ExchangeError) as caught:
        read(path, profile="time-xyz", limit=100 << 20)
    assert caught.value.code == "E_LIMIT"


def test_parquet_of_others_needs_a_profile(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "other.parquet"
    t = np.arange(200) / 50
    pq.write_table(pa.table({"time": t, "x": t, "y": t, "z": t}), path)
    with pytest.raises(ExchangeError, match="E_PROFILE_NEEDED"):
        read(path)
    got = read(path, profile="time-xyz-g")
    assert got.units["acc"] == "[g]"
    assert got.channels["acc"][:, 0].tolist() == t.tolist()
    with pytest.raises(ExchangeError, match="E_COLUMNS"):
        read(path, profile="sisfall")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_failed_write_leaves_the_old_file(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"r.{ending}"
    write(sample(), path)
    before = path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExchangeError) as caught:
        write(sample(100), path)
    assert caught.value.code == "E_FILE_PLACE"
    assert "No space left" in caught.value.got
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_places_that_refuse(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "r.csv", tmp_path / "r.csv" / "x.csv"):
        with pytest.raises(ExchangeError, match="E_FILE_PLACE"):
            write(sample(), path)
    for path in (tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(ExchangeError, match="E_FILE_PLACE"):
            read(path)


@pytest.mark.parametrize("head", [b"\x1f\x8b", b"\x89HDF\r\n", b"\xffBIOSEMI", b"%PDF-1.7", b"\xd0\xcf\x11\xe0"])
def test_other_formats_are_named(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "r.bin"
    path.write_bytes(head + bytes(100))
    with pytest.raises(ExchangeError) as caught:
        read(path)
    assert caught.value.code == "E_FILE_FORMAT"


def test_an_edited_table_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    write(Recording({"x": np.arange(3.0)}, fs=1, units="1"), path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n2.0,2.0", "\n2.0,2.5"), encoding="utf-8")
    with pytest.raises(ExchangeError, match="E_DIGEST"):
        read(path)
    head, _, rest = text.partition("\n")
    header = {key: value for key, value in json.loads(head.split(" ", 2)[2]).items() if key != "sha256"}
    path.write_text(f"# agetech-recording {json.dumps(header)}\r\n" + rest.replace("\n2.0,2.0", "\n2.0,2.5"), encoding="utf-8-sig")
    assert read(path).channels["x"].tolist() == [0.0, 1.0, 2.5]


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_frames_there_and_back(backend: str) -> None:
    pytest.importorskip("narwhals")
    pytest.importorskip(backend)
    one = Recording({"acc": np.arange(30.0).reshape(10, 3), "t": np.ones(10)}, fs=50, units={"acc": "m/s2", "t": "Cel"}, start=START)
    frame = to_frame(one, backend)
    got = from_frame(frame, channels={"acc": ["acc.0", "acc.1", "acc.2"], "t": "t"}, units={"acc": "m/s2", "t": "Cel"}, fs=50)
    assert got.channels["acc"].tolist() == one.channels["acc"].tolist()
    stamped = from_frame(frame, channels={"t": "acc.0"}, units="Cel", fs=50, time="instant", stamps="sample")
    assert stamped.start == one.start
    assert stamped.channels["t"].tolist() == one.channels["acc"][:, 0].tolist()
    for wrong in ({"channels": {"a": "nope"}, "units": "1", "fs": 50}, {"channels": {"a": "t"}, "units": "1"}, {"fs": 50}):
        with pytest.raises(ExchangeError):
            from_frame(frame, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ExchangeError):
        from_frame([1, 2], channels={"a": "x"}, units="1", fs=50)
    with pytest.raises(ExchangeError):
        to_frame(one, "abacus")


@pytest.mark.parametrize(
    ("module", "name", "call"), [("pyarrow", "parquet", "agetech.write(r, 'x.parquet')"), ("narwhals", "frames", "ex.to_frame(r)")]
)
def test_a_lacking_extra_is_named(module: str, name: str, call: str, tmp_path: Path) -> None:
    code = (
        f"import sys; sys.modules[{module!r}] = None\n"
        "import agetech, agetech.exchange as ex\n"
        "r = agetech.Recording({'x': [1.0]}, fs=1, units='1')\n"
        f"try:\n    {call}\nexcept agetech.ExchangeError as error:\n"
        f"    assert error.code == 'E_EXTRA' and 'agetech[{name}]' in error.expected, error\n"
        "else:\n    raise SystemExit('no error')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
    assert not list(tmp_path.iterdir())


def test_public_names() -> None:
    assert agetech.read is read
    assert agetech.write is write
    assert {"sisfall", "weda-fall", "time-xyz"} <= set(column_profiles())
    with pytest.raises(AttributeError):
        agetech.exchange.nothing  # noqa: B018 - the name is asked for
