"""What programs use: heard while they run, read from their source; and what the report then says of exactly these."""

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from agetech.core import registry
from agetech.errors import AgetechError, ExchangeError, SchemaError
from agetech.pool import Question, named_in, read_ledger, read_trace, report, run_traced
from agetech.pool import subject as subjects
from agetech.pool.hook import FOLDER, is_blind
from tests.unit.pool import made
from tests.unit.pool.programs import METADATA, POINTS, PROGRAMS, TENANT, TRUTH

QUESTION = Question(date(2026, 11, 24), "CN")
NUMBERS = {"ONE": made.ONE, "THREE": made.THREE, "AMERICA": made.AMERICA, "TENANT": made.cn(1, 77)}


@pytest.fixture(scope="module")
def tenant(tmp_path_factory):
    """Install a tenant's package for this process and its children."""
    place = tmp_path_factory.mktemp("site")
    (place / "tenant_gait.py").write_text(TENANT, encoding="utf-8")
    told = place / "tenant_gait-2.3.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(METADATA, encoding="utf-8")
    (told / "entry_points.txt").write_text(POINTS, encoding="utf-8")
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(place))
    patch.setenv("PYTHONPATH", str(place), prepend=":")
    patch.setenv("AGETECH_JIT", "off")  # what is compiled is no matter here
    for cache in (registry._points, subjects._packages):
        cache.cache_clear()
    yield place
    patch.undo()
    registry._loaded.pop("tenant.gait", None)
    sys.modules.pop("tenant_gait", None)
    for cache in (registry._points, subjects._packages):
        cache.cache_clear()


@pytest.fixture(scope="module")
def traces(tenant, tmp_path_factory):
    """Run every program once, two at a time."""
    place = tmp_path_factory.mktemp("programs")

    def traced(name):
        file = place / f"{name}.py"
        file.write_text(PROGRAMS[name].source, encoding="utf-8")
        return run_traced([sys.executable, str(file)])

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(PROGRAMS, pool.map(traced, PROGRAMS), strict=True))


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    folder = made.write(tmp_path_factory.mktemp("ledger"))
    made.append(
        folder, made.patent(NUMBERS["TENANT"], made.GAMMA, [made.reading("tenant.gait", versions=">=2.0.0")]) | {"recorded": "2026-10-02"}
    )
    return read_ledger(folder)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_report_names_exactly_what_a_program_used(name, traces, ledger):
    program, heard = PROGRAMS[name], traces[name]
    assert heard.code == program.code
    assert {use.id for use in heard.uses} == program.uses
    assert heard.blind == ()
    found = report(heard.uses, ledger, QUESTION, heard.blind)
    said = {
        row.subject.id: (
            tuple(line.number for line in row.patents),
            tuple(name for line in row.patents for name in line.licences),
            row.subject.code,
            row.subject.card.wording if row.subject.card is not None else None,
            row.duty,
        )
        for row in found.rows
    }
    assert said == {one: (tuple(NUMBERS[name] for name in TRUTH[one][0]), *TRUTH[one][1:]) for one in program.uses}


def test_programs_are_fifteen_at_least():
    assert len(PROGRAMS) >= 15
    assert {one for program in PROGRAMS.values() for one in program.uses} == set(TRUTH)


def test_a_trace_is_kept_and_read_again(traces, tmp_path):
    kept = tmp_path / "trace.json"
    kept.write_text(traces["forked"].text(), encoding="utf-8")
    assert read_trace(kept) == traces["forked"]
    for text in ("", "[]", "{}", '{"schema": "pool-trace/2", "uses": [], "command": [], "blind": [], "code": 0, "processes": 1}'):
        kept.write_text(text, encoding="utf-8")
        with pytest.raises(SchemaError) as caught:
            read_trace(kept)
        assert caught.value.code == "E_POOL_TRACE"


def test_who_cannot_be_heard_is_told(tmp_path):
    with pytest.raises(ExchangeError) as caught:
        run_traced([sys.executable, "-I", "-c", "1"])
    assert caught.value.code == "E_POOL_NOT_TRACED"
    with pytest.raises(AgetechError):
        run_traced([str(tmp_path / "nowhere")])
    source = "import subprocess, sys\nsubprocess.run([sys.executable, '-I', '-c', '1'], check=True)"
    heard = run_traced([sys.executable, "-c", source])
    assert [one.endswith("-I -c 1") for one in heard.blind] == [True]
    assert report(heard.uses, read_ledger("agetech"), QUESTION, heard.blind).duty == "unknown"


@pytest.mark.parametrize(
    ("program", "arguments", "environment", "blind"),
    [
        ("/usr/bin/python3", ["python3", "app.py"], None, False),
        (b"/usr/bin/python3.11", [b"python3.11", b"-Es", b"app.py"], None, True),
        (None, ["python", "-S", "app.py"], None, True),
        ("python", ["python", "-c", "print('-I')"], None, False),
        ("python", ["python", "-m", "tool", "-I"], None, False),
        ("python", ["python", "app.py"], {"PATH": "/bin"}, True),
        ("python", ["python", "app.py"], {FOLDER: "x", "PYTHONPATH": "y"}, False),
        ("/bin/ls", ["ls", "-I"], None, False),
    ],
)
def test_blind_children(program, arguments, environment, blind):
    assert bool(is_blind(program, arguments, environment)) is blind


@pytest.mark.parametrize(
    ("source", "ids", "hidden"),
    [
        ("import agetech\nagetech.run('falls.impact', 1, 50.0)", {"falls.impact"}, 0),
        ("from agetech import Stream as S\nS('falls.threshold', 50.0)", {"falls.threshold"}, 0),
        ("import agetech as a\na.score('phq9', {}); a.score(instrument='gad7')", {"phq9", "gad7"}, 0),
        ("from agetech.signals.falls import detect_falls", {"falls.impact"}, 0),
        ("import agetech.signals.falls as f\nf.detect_falls_by_threshold", {"falls.threshold"}, 0),
        ("from agetech.signals.falls.impact import IMPACTS\nimport agetech\nagetech.run(IMPACTS, 1)", {"falls.impact"}, 0),
        ("import agetech.signals.cardiac.beats", {"cardiac.beats"}, 0),
        ("import agetech\nagetech.algorithms()", set(), 0),
        ("import agetech\nname = input()\nagetech.run(name, 1)", set(), 1),
        ("def run(name): ...\nrun('falls.impact')", set(), 0),
        ("import agetech\nagetech.run('falls.unheard', 1)", set(), 1),
        ("from tenant_gait import walk", {"tenant.gait"}, 0),
    ],
)
def test_names_in_a_source(source, ids, hidden, tenant, tmp_path):
    file = tmp_path / "app.py"
    file.write_text(source, encoding="utf-8")
    uses, unseen = named_in(file)
    assert {use.id for use in uses} == ids
    assert len(unseen) == hidden
    assert all(use.version for use in uses)


def test_modules_of_the_program_are_followed(tmp_path):
    (tmp_path / "app.py").write_text("import near\nfrom parts import far", encoding="utf-8")
    (tmp_path / "near.py").write_text("import agetech\nagetech.score('phq9', {})", encoding="utf-8")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "parts" / "far.py").write_text("import agetech, near\nagetech.score('gad7', {})", encoding="utf-8")
    (tmp_path / "unused.py").write_text("import agetech\nagetech.score('moca', {})", encoding="utf-8")
    assert {use.id for use in named_in(tmp_path / "app.py")[0]} == {"phq9", "gad7"}
    assert {use.id for use in named_in(tmp_path)[0]} == {"phq9", "gad7", "moca"}


@pytest.mark.parametrize("text", ["def", "\0"])
def test_what_is_no_source_is_refused(text, tmp_path):
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    for place in (tmp_path / "app.py", tmp_path / "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(ExchangeError) as caught:
            named_in(place)
        assert caught.value.code == "E_POOL_SOURCE"
