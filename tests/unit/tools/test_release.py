from __future__ import annotations

import pytest

from tools.release import MARK, collect, faults, fragments, main


@pytest.fixture
def root(tmp_path):
    for name, text in {
        "src/agetech/__init__.py": '__version__ = "0.2.0"\n',
        "CHANGELOG.md": f"# Changelog\n\n{MARK}\n## 0.1.0 (2026-11-24)\n\n- old\n",
        "CITATION.cff": "version: 0.2.0\n",
        "changes/README.md": "how",
        "changes/falls.feature.md": "- Fall detection.\n",
        "changes/gate.fix.md": "Refuse complex arrays.\n",
        "changes/beats.feature.md": "Beats.\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_fragments_become_a_section(root):
    collect("0.2.0", "2026-12-01", root)
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text == (
        f"# Changelog\n\n{MARK}\n## 0.2.0 (2026-12-01)\n\n### Added\n\n- Beats.\n- Fall detection.\n\n"
        "### Fixed\n\n- Refuse complex arrays.\n\n## 0.1.0 (2026-11-24)\n\n- old\n"
    )
    assert [path.name for path in (root / "changes").iterdir()] == ["README.md"]
    assert faults("v0.2.0", root) == []


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("0.2.0", "a tag is"),
        ("v0.2", "a tag is"),
        ("v0.3.0", "agetech.__version__ is 0.2.0"),
        ("v0.3.0", "no section 0.3.0"),
        ("v0.3.0", "CITATION"),
        ("v0.2.0", "falls.feature.md was not collected"),
    ],
)
def test_each_disagreement_is_named(root, tag, found):
    assert any(found in fault for fault in faults(tag, root))


def test_a_file_of_no_kind_is_refused(root):
    (root / "changes" / "falls.md").write_text("x", encoding="utf-8")
    with pytest.raises(ValueError, match=r"falls\.md"):
        fragments(root / "changes")


def test_a_changelog_without_its_mark_is_refused(root):
    (root / "CHANGELOG.md").write_text("# Changelog\n", encoding="utf-8")
    with pytest.raises(ValueError, match="must hold the line"):
        collect("0.2.0", "2026-12-01", root)
    assert len(fragments(root / "changes")) == 3


def test_a_wrong_call_explains_itself(capsys):
    assert main([]) == 2
    assert "collect" in capsys.readouterr().out
