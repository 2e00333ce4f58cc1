from __future__ import annotations

import pytest

from tools.sizes import FUNCTION, KERNEL, MODULE, faults, main


def function(name: str, lines: int) -> str:
    return f"def {name}():\n" + "    pass\n" * (lines - 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (function("f", FUNCTION), 0),
        (function("f", FUNCTION + 1), 1),
        (function("step", KERNEL) + "K = kernel(step)\n", 0),
        (function("step", KERNEL) + "K = core.kernel(step)\n", 0),
        (function("step", KERNEL + 1) + "K = kernel(step)\n", 1),
        (function("step", FUNCTION + 1) + "K = other(step)\n", 1),
        ("class A:\n    async " + function("f", FUNCTION + 1).replace("\n", "\n    ").rstrip() + "\n", 1),
        ("x = 1\n" * MODULE, 0),
        ("x = 1\n" * (MODULE + 1), 1),
    ],
)
def test_limits(tmp_path, text, found):
    path = tmp_path / "falls.py"
    path.write_text(text, encoding="utf-8")
    assert len(list(faults(path))) == found


@pytest.mark.parametrize("name", ["utils.py", "base.py", "helpers/__init__.py"])
def test_empty_names_are_refused(tmp_path, capsys, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("", encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    assert "says nothing" in capsys.readouterr().out


def test_a_tidy_folder_passes(tmp_path):
    (tmp_path / "falls.py").write_text("x = 1\n", encoding="utf-8")
    assert main([str(tmp_path)]) == 0
