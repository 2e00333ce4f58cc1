"""The archives of this very tree, and the checks on made-up archives."""

from __future__ import annotations

import zipfile

import pytest

from tools import wheel


@pytest.fixture
def made(tmp_path):
    def make(names: dict[str, bytes], name: str = "agetech-0.1.0-py3-none-any.whl"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as archive:
            for inner, data in names.items():
                archive.writestr(inner, data)
        return path

    return make


def test_two_builds_of_our_wheel_are_the_same_bytes_and_clean(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first, second = (wheel.build("wheel", tmp_path / name) for name in ("one", "two"))
    assert wheel.digest(first.read_bytes()) == wheel.digest(second.read_bytes())
    assert list(wheel.wheel_faults(first, None)) == []


def test_no_recording_is_inside_our_wheel(tmp_path, data):
    assert list(wheel.wheel_faults(wheel.build("wheel", tmp_path), data)) == []


def test_our_source_archive_holds_tests_docs_and_tools(tmp_path):
    assert list(wheel.sdist_faults(wheel.build("sdist", tmp_path))) == []


@pytest.mark.parametrize(
    ("inner", "found"),
    [
        ("agetech/night.parquet", "does not belong"),
        ("agetech/model.pkl", "does not belong"),
        ("tests/conftest.py", "outside the package"),
        ("agetech-0.1.0.dist-info/extra.bin", "unknown file"),
    ],
)
def test_a_stranger_inside_is_named(made, inner, found):
    assert any(found in fault for fault in wheel.wheel_faults(made({inner: b"x"}), None))


def test_a_recording_under_another_name_is_named(made, tmp_path):
    recording = bytes(range(256)) * 20
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "night.bin").write_bytes(recording)
    (folder / "small.json").write_bytes(b"{}")
    path = made({"agetech/hidden.json": recording, "agetech/small.json": b"{}"})
    assert list(wheel.wheel_faults(path, folder)) == ["agetech/hidden.json: is night.bin of the data folder"]


def test_a_platform_wheel_and_a_fat_one_are_named(made, monkeypatch):
    monkeypatch.setattr(wheel, "LIMIT", 10)
    faults = list(wheel.wheel_faults(made({"agetech/a.py": b""}, "agetech-0.1.0-cp311-cp311-linux_x86_64.whl"), None))
    assert len(faults) == 2


def test_without_a_data_folder_nothing_is_foreign(made, tmp_path):
    path = made({"agetech/hidden.json": bytes(5000)})
    assert list(wheel.wheel_faults(path, None)) == list(wheel.wheel_faults(path, tmp_path / "none")) == []
