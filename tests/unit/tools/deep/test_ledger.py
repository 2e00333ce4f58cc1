from __future__ import annotations

import json
import subprocess

import pytest

from tools.deep import ledger
from tools.deep.__main__ import PARTS, main
from tools.deep.ledger import Part, Progress, Result, perform


@pytest.fixture
def repository(tmp_path, monkeypatch):
    for command in (["init", "-q"], ["config", "user.email", "a@example.org"], ["config", "user.name", "A"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "notes.md").write_text("a\n", encoding="utf-8")
    subprocess.run(["git", "-C", str(tmp_path), "add", "."], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "commit", "-q", "-m", "a"], check=True)
    monkeypatch.setattr(ledger, "ROOT", tmp_path)
    monkeypatch.setattr(ledger, "WORK", tmp_path / ".deep")
    monkeypatch.setattr(ledger, "RESULTS", tmp_path / "deep.json")
    monkeypatch.setattr(ledger, "sources_digest", lambda root=tmp_path, real=ledger.sources_digest: real(root))
    return tmp_path


def counting(ran: list[str], stop_at: str = "") -> Part:
    def run(progress: Progress) -> Result:
        for name in ("one", "two", "three"):
            if not progress.done(name):
                if name == stop_at:
                    raise KeyboardInterrupt
                ran.append(name)
                progress.record(name, {"passed": True})
        return Result(passed=True, figures=progress.items)

    return Part("counting", "counts", run)


def test_a_part_that_was_broken_off_goes_on_where_it_stopped(repository):
    ran: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        perform(counting(ran, stop_at="three"))
    assert ledger.results() == {}
    assert perform(counting(ran))
    assert ran == ["one", "two", "three"]
    assert set(ledger.results()["counting"]["figures"]) == {"one", "two", "three"}
    assert not list((repository / ".deep").iterdir())


def test_progress_made_with_other_sources_is_void(repository):
    ran: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        perform(counting(ran, stop_at="three"))
    (repository / "notes.md").write_text("b\n", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        perform(counting(ran, stop_at="three"))
    assert ran == ["one", "two"]
    (repository / "src" / "a.py").write_text("x = 2\n", encoding="utf-8")
    perform(counting(ran))
    assert ran == ["one", "two", "one", "two", "three"]


def test_the_evidence_tells_commit_day_and_verdict(repository):
    assert not perform(Part("bad", "fails", lambda progress: Result(passed=False, figures={"output": "why"})))
    told = json.loads((repository / "deep.json").read_text(encoding="utf-8"))["bad"]
    assert told["passed"] is False
    assert told["figures"] == {"output": "why"}
    assert len(told["commit"]) == 40
    assert told["command"] == ".ci/deep bad"
    (repository / "src" / "a.py").write_text("x = 2\n", encoding="utf-8")
    perform(Part("good", "passes", lambda progress: Result(passed=True, figures={})))
    assert set(ledger.results()) == {"bad", "good"}
    assert ledger.results()["good"]["commit"].endswith("+changes")


def test_names_are_unique_and_an_unknown_one_is_refused(capsys):
    assert len({part.name for part in PARTS}) == len(PARTS) >= 14
    assert main(["no-such-part"]) == 2
    assert "no-such-part" in capsys.readouterr().err
    assert main([]) == 0
    assert all(part.name in capsys.readouterr().out for part in PARTS[:0])


def test_the_list_names_every_part(capsys):
    main([])
    told = capsys.readouterr().out
    assert all(part.name in told for part in PARTS)


def test_children_see_no_settings_of_numba(monkeypatch):
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "1")
    monkeypatch.setenv("AGETECH_JIT", "off")
    kept = ledger.surroundings({"NUMBA_CPU_NAME": "generic"})
    assert "NUMBA_BOUNDSCHECK" not in kept
    assert "AGETECH_JIT" not in kept
    assert kept["NUMBA_CPU_NAME"] == "generic"
    assert kept["CI"] == "true"
