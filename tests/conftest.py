"""What the whole suite runs under: no network, warnings as errors, fixed seeds, a few workers, the data folder.

`pytest` runs the fast tier. `pytest -m deep -n 0` runs the slow one; `--hypothesis-profile deep` draws 10,000 examples
a property, whatever smaller number the test states.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

ROOT = Path(__file__).parent.parent
GUARD = Path(__file__).parent / "guard"
DEEP_EXAMPLES = 10_000

settings.register_profile(
    "fast",
    max_examples=50,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "deep",
    parent=settings.get_profile("fast"),
    max_examples=DEEP_EXAMPLES,
    phases=[phase for phase in Phase if phase is not Phase.explain],
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("fast")

# Children get the same guard: Python imports `sitecustomize` from the path at its start.
sys.path.insert(0, str(GUARD))
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH", "")]))
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_configure() -> None:
    from network_guard import watch

    watch()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return a worker a core, four at most, for the whole suite; none where single paths are named."""
    whole = all(Path(argument).resolve() in (ROOT, ROOT / "tests") for argument in config.args)
    return min(os.cpu_count() or 1, 4) if whole else 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("hypothesis_profile", None) != "deep":
        return
    for item in items:
        test = getattr(item, "obj", None)
        own = getattr(test, "_hypothesis_internal_use_settings", None)
        if own is not None and own.max_examples < DEEP_EXAMPLES:
            test._hypothesis_internal_use_settings = settings(own, max_examples=DEEP_EXAMPLES)


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder of real recordings: AGETECH_DATA, else ../shared/data beside the repository.

    It is never shipped. A user's machine without it skips with the reason; with CI=true its absence is a failure.
    """
    named = os.environ.get("AGETECH_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if folder.is_dir():
        return folder
    reason = f"no recordings in {folder}: set AGETECH_DATA to the folder that holds falls, cardiac, respiration ..."
    if named or os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)
