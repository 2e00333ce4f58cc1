"""What the session itself promises: the data folder, profiles, workers, warnings."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[2]

TESTS = """
import pytest
from hypothesis import given, settings, strategies as st
seen = []

def test_data(data):
    assert data.is_dir()

@pytest.mark.deep
def test_slow():
    pass

@settings(max_examples=7)
@given(st.integers())
def test_few(x):
    seen.append(x)

def test_count():
    assert len(seen) {count}
"""


def session(tmp_path: Path, *options: str, count: str = "== 7", **variables: str) -> str:
    """Return what pytest prints for a small suite under the project's own settings and conftest."""
    (tmp_path / "test_small.py").write_text(TESTS.replace("{count}", count), encoding="utf-8")
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "guard").symlink_to(ROOT / "tests" / "guard")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **variables}
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [*command, *options, str(tmp_path / "test_small.py")], capture_output=True, text=True, check=False, env=environment, cwd=tmp_path
    )
    return ran.stdout + ran.stderr


def test_without_data_a_users_machine_skips_with_the_reason(tmp_path):
    told = session(tmp_path)
    assert "set AGETECH_DATA" in told
    assert "2 passed, 1 skipped, 1 deselected" in told


def test_without_data_ci_fails(tmp_path):
    told = session(tmp_path, CI="true")
    assert "1 error" in told
    assert "set AGETECH_DATA" in told


def test_a_named_folder_that_is_missing_always_fails(tmp_path):
    assert "1 error" in session(tmp_path, AGETECH_DATA=str(tmp_path / "none"))


def test_a_named_folder_is_used(tmp_path):
    assert "3 passed, 1 deselected" in session(tmp_path, CI="true", AGETECH_DATA=str(tmp_path))


def test_slow_tests_run_when_asked_for(tmp_path):
    assert "1 passed, 3 deselected" in session(tmp_path, "-m", "deep")


@pytest.mark.deep
def test_the_deep_profile_outdoes_a_tests_own_number(tmp_path):
    told = session(tmp_path, "--hypothesis-profile", "deep", "-k", "few or count", count=">= 10_000")
    assert "2 passed" in told


def test_properties_repeat():
    assert settings.default.derandomize
    assert settings.default.database is None


def test_warnings_are_errors():
    with pytest.raises(DeprecationWarning):
        warnings.warn("old", DeprecationWarning, stacklevel=1)
