from __future__ import annotations

import pytest

from tools.pages import differences, pairs, read

ENGLISH = "---\ntitle: x\n---\n# Falls\n\n## Use\n\n```python\nx = 1\n```\n\n```{note}\nmind\n```\n\n```{toctree}\na\n```\n"
CHINESE = "# 跌倒\n\n## 用法\n\n```python\nx = 1\n```\n\n```{note}\n注意\n```\n\n```{toctree}\na\n```\n"


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def twins(tmp_path):
    return write(tmp_path, "docs/en/a.md", ENGLISH), write(tmp_path, "docs/zh/a.md", CHINESE)


def test_a_page_is_read(twins):
    page = read(twins[0])
    assert page.headings == (("h1", "Falls"), ("h2", "Use"))
    assert page.code == (("python", "x = 1\n"), ("{toctree}", "a\n"))
    assert ENGLISH.splitlines()[page.blocks[0].line - 1] == "x = 1"


def test_twins_do_not_differ(twins):
    assert list(differences(*twins)) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("## 用法", "### 用法", "heading levels"),
        ("x = 1", "x = 2", "code block 1"),
        ("```{toctree}\na", "```{toctree}\nb", "code block 2"),
        ("```python\nx = 1\n```\n", "", "1 code blocks"),
    ],
)
def test_a_difference_is_named(twins, old, new, found):
    twins[1].write_text(CHINESE.replace(old, new), encoding="utf-8")
    assert any(found in fault for fault in differences(*twins))


def test_an_untranslated_page_is_named(twins):
    twins[1].write_text(ENGLISH, encoding="utf-8")
    assert [fault.endswith("holds no Chinese") for fault in differences(*twins)] == [True]


def test_a_missing_twin_is_named(tmp_path, twins):
    write(tmp_path, "docs/zh/deep/b.md", "# 页")
    write(tmp_path, "README.md", "# a")
    assert len(pairs(tmp_path)) == 3
    faults = [fault for pair in pairs(tmp_path) for fault in differences(*pair)]
    assert len(faults) == 2
    assert all("missing" in fault for fault in faults)
