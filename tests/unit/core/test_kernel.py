"""Kernels compile lazily, cache in a folder of their own, and run as plain Python when asked."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from agetech.core import Kernel, kernel
from agetech.core.kernel import cache_folder, fingerprint, jit_enabled


def add_one(x: float) -> float:
    return x + 1.0


inner = kernel(add_one)


def twice(x: float) -> float:
    return 2.0 * inner(x)


outer = kernel(twice)


def fill(out) -> int:
    out[0].value = 3.0
    return 1


def child(code: str, **env: str | None) -> str:
    """Return what a fresh Python prints; variables given as None are removed."""
    made = {**os.environ, **{k: v for k, v in env.items() if v is not None}}
    for name, value in env.items():
        if value is None:
            made.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)], env=made, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_kernel_calls_another_kernel() -> None:
    assert outer(3.0) == 8.0
    assert isinstance(outer, Kernel)
    assert outer.name.endswith("test_kernel.twice")
    assert outer.__name__ == "twice"
    assert repr(outer) == f"kernel({outer.name})"


def test_nothing_of_numba_is_imported_until_a_kernel_is_called() -> None:
    said = child(
        """
        import sys
        from agetech.core import kernel, run, Stream
        k = kernel(lambda x: x + 1.0)
        print("numba" in sys.modules, "scipy" in sys.modules)
        """
    )
    assert said == "False False"


def test_import_agetech_loads_nothing_heavy() -> None:
    said = child("import sys, agetech; print([m for m in ('numba', 'scipy', 'pydantic', 'numpy', 'rich', 'typer') if m in sys.modules])")
    assert said == "[]"


@pytest.mark.parametrize("switch", [{"AGETECH_JIT": "off"}, {"NUMBA_DISABLE_JIT": "1", "AGETECH_JIT": None}])
def test_jit_off_runs_plain_python_without_numba(switch: dict[str, str | None]) -> None:
    said = child(
        """
        import sys, numpy as np
        from agetech.core import kernel
        def fill(out):
            out[0].value = 3.0
            return 1
        rows = np.zeros(1, [("value", "f8")])
        print(kernel(fill)(rows), rows["value"][0], "numba" in sys.modules)
        """,
        **switch,
    )
    assert said == "1 3.0 False"


def test_entry_gives_what_the_kernel_gives() -> None:
    rows = np.zeros(1, [("value", "f8")])
    filled = kernel(fill)
    assert filled.entry(rows)(rows) == 1
    assert rows["value"][0] == 3.0


def test_functions_of_one_name_do_not_share_a_cache() -> None:
    def make(amount: float):
        def step(x: float) -> float:
            return x + amount

        return step

    assert fingerprint(make(1.0)) != fingerprint(make(2.0))
    assert fingerprint(make(1.0)) == fingerprint(make(1.0))
    assert kernel(make(1.0))(1.0) == 2.0
    assert kernel(make(2.0))(1.0) == 3.0

    def calls(which: Kernel):
        def step(x: float) -> float:
            return which(x)

        return step

    assert fingerprint(calls(kernel(make(1.0)))) != fingerprint(calls(kernel(make(2.0))))


def test_kernels_are_not_pickled() -> None:
    with pytest.raises(TypeError, match="name the algorithm"):
        inner.__reduce__()


def test_an_edited_callee_is_compiled_anew(tmp_path: Path) -> None:
    """Numba's own cache would serve the stale sum: only the callee's file changed."""
    package = tmp_path / "private"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "callee.py").write_text(
        "from agetech.core import kernel\ndef _one(x):\n    return x + 1.0\none = kernel(_one)\n", encoding="utf-8"
    )
    (package / "caller.py").write_text(
        "from agetech.core import kernel\nfrom private.callee import one\n"
        "def _doubled(x):\n    return 2.0 * one(x)\ndoubled = kernel(_doubled)\n",
        encoding="utf-8",
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nfrom private.caller import doubled\nprint(doubled(10.0))"
    cache = str(tmp_path / "cache")
    assert child(code, AGETECH_CACHE_DIR=cache) == "22.0"
    assert child(code, AGETECH_CACHE_DIR=cache) == "22.0"
    text = (package / "callee.py").read_text(encoding="utf-8")
    (package / "callee.py").write_text(text.replace("1.0", "2.0"), encoding="utf-8")
    assert child(code, AGETECH_CACHE_DIR=cache) == "24.0"


WARM = """
    from agetech.core.kernel import kernel, cache_folder
    import agetech.core.guard as g
    import numpy as np
    print(g.judge.ready() is not None, np.isfinite(float(g.judge.plain.__code__.co_firstlineno)))
    guard = np.zeros(1, g.GUARD)
    g.judge(guard)
    folder = cache_folder(g.judge.plain)
    print(None if folder is None else len(list(folder.iterdir())) > 0)
    stats = g.judge.ready().stats
    print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""


def test_compiled_code_is_kept_and_found_again(tmp_path: Path) -> None:
    first = child(WARM, AGETECH_CACHE_DIR=str(tmp_path), AGETECH_JIT="on", NUMBA_DISABLE_JIT=None).split("\n")
    again = child(WARM, AGETECH_CACHE_DIR=str(tmp_path), AGETECH_JIT="on", NUMBA_DISABLE_JIT=None).split("\n")
    assert first[1] == again[1] == "True"
    assert first[2] == "0 1"
    assert again[2] == "1 0"


def test_without_a_writable_place_kernels_run_uncached(tmp_path: Path) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("not a folder", encoding="utf-8")
    said = child(WARM, AGETECH_CACHE_DIR=str(blocked), AGETECH_JIT="on", NUMBA_DISABLE_JIT=None).split("\n")
    assert said[1] == "None"


def test_a_folder_that_others_can_write_is_not_trusted(tmp_path: Path) -> None:
    code = """
        import os
        from agetech.core.kernel import cache_folder
        import agetech.core.guard as g
        folder = cache_folder(g.judge.plain)
        folder.chmod(0o777)
        print(cache_folder(g.judge.plain))
    """
    assert child(code, AGETECH_CACHE_DIR=str(tmp_path)) == "None"


def test_a_damaged_cache_file_is_compiled_anew(tmp_path: Path) -> None:
    child(WARM, AGETECH_CACHE_DIR=str(tmp_path), AGETECH_JIT="on", NUMBA_DISABLE_JIT=None)
    for path in tmp_path.rglob("*.nb*"):
        path.write_bytes(path.read_bytes()[:40])
    said = child(WARM, AGETECH_CACHE_DIR=str(tmp_path), AGETECH_JIT="on", NUMBA_DISABLE_JIT=None).split("\n")
    assert said[2] == "0 1"


def test_foreign_kernels_keep_their_own_cache(tmp_path: Path) -> None:
    module = tmp_path / "foreign.py"
    module.write_text("import numba\n\n\n@numba.njit(cache=True)\ndef f(x):\n    return x + 1\n", encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nfrom agetech.core.guard import judge\njudge.ready()\n"
    code += "import foreign\nprint(foreign.f(1))"
    said = child(code, AGETECH_CACHE_DIR=str(tmp_path / "ours"), AGETECH_JIT="on", NUMBA_DISABLE_JIT=None, NUMBA_CACHE_DIR=None)
    assert said == "2"
    assert list((tmp_path / "__pycache__").glob("foreign*.nbi"))


def test_the_cache_is_named_by_version_and_sources() -> None:
    import agetech

    folder = cache_folder(inner.plain)
    assert folder is None or folder.name.startswith(agetech.__version__ + "-")
    assert jit_enabled() in (True, False)


def heap(x: float) -> float:
    made = np.zeros(3)
    made[0] = x
    return made[0]


@pytest.mark.skipif(not jit_enabled(), reason="AGETECH_JIT=off: nothing is compiled")
def test_a_kernel_that_makes_an_array_must_say_so() -> None:
    with pytest.raises(TypeError, match=r"heap makes an array.*allocates=True"):
        kernel(heap).entry(1.0)
    with pytest.raises(TypeError, match="allocates=True"):
        kernel(heap)(1.0)
    assert kernel(heap, f"{__name__}.heap_allowed", allocates=True)(2.0) == 2.0


heap_allowed = kernel(heap, f"{__name__}.heap_called", allocates=True)


def calls_heap(x: float) -> float:
    return 2.0 * heap_allowed(x)


def test_a_kernel_without_a_heap_calls_one_that_has_it() -> None:
    assert kernel(calls_heap)(2.0) == 4.0


def scaled(x: float, by: int) -> float:
    return x * by


by_number = kernel(scaled)


def calls_twice(x: float) -> float:
    return by_number(x, 2) + by_number(x, 3)


@pytest.mark.skipif(not jit_enabled(), reason="AGETECH_JIT=off: nothing is compiled")
def test_numbers_written_in_calls_share_one_compiled_form() -> None:
    assert kernel(calls_twice)(1.0) == 5.0
    assert len(by_number.ready().signatures) == 1
