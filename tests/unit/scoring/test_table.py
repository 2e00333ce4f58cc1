"""Tables: what is malformed is refused, every number type and layout gives the same bits."""

from __future__ import annotations

import json

import numpy as np
import pytest

from agetech.errors import ParamsError
from agetech.scoring import STATUSES, instrument, register, score, score_table, unregister
from agetech.scoring.table import SYNDROMES, _pairs

X = np.random.default_rng(7).integers(0, 4, (500, 9)).astype(np.int8)
X[3, 4] = 7
X[5, 0] = -1


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Make the lookups anew in each test: what an earlier test left behind proves nothing."""
    monkeypatch.setattr("agetech.scoring.table._PLANS", {})
    _pairs.cache_clear()


@pytest.mark.parametrize(
    "bad",
    [np.zeros(9), np.zeros((3, 8)), np.zeros((2, 9, 1)), np.zeros((3, 9), bool), np.zeros((3, 9), complex), [["a"] * 9], [[None] * 9],
     [[1, 2], [3]], "phq9", None, np.zeros((3, 9), "datetime64[s]")],
)  # fmt: skip
def test_a_malformed_table_is_refused(bad):
    with pytest.raises(ParamsError):
        score_table("phq9", bad)


def test_malformed_columns_and_context_are_refused():
    with pytest.raises(ParamsError):
        score_table("phq9", X, items=["q1"] * 9)
    with pytest.raises(ParamsError):
        score_table("phq9", X, items=[f"z{n}" for n in range(9)])
    with pytest.raises(ParamsError):
        score_table("nrs2002", np.ones((3, 2)), {"age": [70, 71]})
    with pytest.raises(ParamsError):
        score_table("phq9", X, scheme="nonesuch")
    with pytest.raises(ParamsError):
        score_table("nonesuch", X)


def same(one, other):
    assert one.status.tobytes() == other.status.tobytes()
    assert one.total.tobytes() == other.total.tobytes()
    assert one.category.tobytes() == other.category.tobytes()
    assert one.n_missing.astype(int).tobytes() == other.n_missing.astype(int).tobytes()
    for name, values in one.values.items():
        assert values.tobytes() == other.values[name].tobytes()


@pytest.mark.parametrize("kind", ["i2", "i4", "i8", "f4", "f8", ">i4", ">f8", "f2"])
def test_every_number_type_gives_the_same_bits(kind):
    same(score_table("phq9", X), score_table("phq9", X.astype(kind)))


def test_unsigned_bytes():
    same(score_table("phq9", np.abs(X)), score_table("phq9", np.abs(X).astype(np.uint8)))


def test_layouts_give_the_same_bits_and_leave_the_input():
    wide = np.zeros((500, 18), np.int8)
    wide[:, ::2] = X
    kept = wide.copy()
    frozen = X.copy()
    frozen.flags.writeable = False
    for table in (wide[:, ::2], np.asfortranarray(X), frozen, X[::-1][::-1]):
        same(score_table("phq9", X), score_table("phq9", table))
    assert (wide == kept).all()


def test_a_missing_code_is_the_same_as_nan():
    holes = np.random.default_rng(1).random(X.shape) < 0.1
    coded, floats = np.where(holes, np.int8(9), X), np.where(holes, np.nan, X)
    same(score_table("phq9", coded, missing=9), score_table("phq9", floats))
    same(score_table("phq9", coded.astype(float), missing=9), score_table("phq9", floats))
    assert set(np.unique(score_table("phq9", floats).status)) == {0, 1, 3, 4}


def test_columns_in_another_order_and_fewer():
    order = [f"q{n}" for n in range(9, 0, -1)]
    same(score_table("phq9", X.astype(float)), score_table("phq9", X[:, ::-1], items=order))
    fewer = score_table("phq9", X[:, :8], items=[f"q{n}" for n in range(1, 9)])
    assert STATUSES[fewer.status[0]] == "prorated"


@pytest.mark.parametrize("name", ["phq9", "moca_b"])
@pytest.mark.parametrize("dtype", [np.int16, np.int8])
@pytest.mark.parametrize("rows", [99, 100, 101, 250])
def test_more_rows_than_a_block(monkeypatch, name, dtype, rows):
    items = instrument(name).items
    tall = np.column_stack([np.random.default_rng(5).choice(item.options, rows) for item in items]).astype(dtype)
    whole = score_table(name, tall, {"education_years": 9}, allow_unverified=True)
    monkeypatch.setattr("agetech.scoring.table.BLOCK", 100)
    got = score_table(name, tall, {"education_years": 9}, allow_unverified=True)
    assert len(got) == rows
    for part in ("status", "total", "category", "n_missing"):
        assert getattr(got, part).tobytes() == getattr(whole, part).tobytes()
    assert {key: found.tobytes() for key, found in got.subscores.items()} == {
        key: found.tobytes() for key, found in whole.subscores.items()
    }
    assert {key: found.tobytes() for key, found in got.safety_flags.items()} == {key: f.tobytes() for key, f in whole.safety_flags.items()}


def test_an_empty_table():
    for name in ("phq9", "cdr", "mmse"):
        got = score_table(name, np.empty((0, len(instrument(name).items))))
        assert len(got) == 0
        assert got.counts()["(none)"] == 0


def test_context_by_row():
    got = score_table("nrs2002", np.ones((4, 2), int), {"age": np.array([69, 70, np.nan, 200])})
    assert [STATUSES[s] for s in got.status] == ["ok", "ok", "incomplete", "invalid"]
    assert got.total[:2].tolist() == [2, 3]


def test_withheld_categories_in_tables():
    table = np.ones((3, 8), int)
    assert score_table("lawton8", table).category.tolist() == [-1, -1, -1]
    assert score_table("lawton8", table, allow_unverified=True).category_of(0) == "independent"


def test_columns_for_a_data_frame():
    columns = score_table("phq9", X).columns()
    assert list(columns)[:4] == ["status", "total", "category", "n_missing"]
    assert columns["status"][3] == "invalid"
    assert columns["category"][3] == ""
    assert all(len(values) == len(X) for values in columns.values())


def test_values_of_rules_come_as_columns():
    got = score_table("katz", np.array([[0, 1, 1, 1, 0, 1], [1, 1, 1, 1, 1, 1]]))
    assert got.values["letter"] == ["C", "A"]
    got = score_table("moca", np.zeros((1, 15), int), {"education_years": 9})
    assert (got.total[0], got.values["raw"][0], got.subscores["naming"][0]) == (1, 0, 0)


def test_phq9_rows_match_single_forms():
    got = score_table("phq9", X)
    for place, row in enumerate(X[:50]):
        one = score("phq9", {f"q{n}": v for n, v in enumerate(row, 1)})
        assert (one.category, one.safety_flags == ["phq9_item9"]) == (got.category_of(place), bool(got.safety_flags["phq9_item9"][place]))
        if one.status == "ok":
            assert one.values["syndrome"] == SYNDROMES[got.values["syndrome"][place]]


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("slums", {"high_school": [True, False, None, 3]}),
        ("slums", {"stratum": ["high_school", "nonesuch", None]}),
        ("moca_b", {"education_years": [3, 7, 13, None, -1]}),
        ("mmse", {"age": [70, 80, 999]}),
        ("morse", {"age": [3]}),
        ("phq9", {"education_years": [3]}),
    ],
)
def test_strata_and_bad_context_by_row(name, choices):
    one, rng = instrument(name), np.random.default_rng(3)
    table = np.array([rng.choice(item.options, 120) for item in one.items]).T.astype(float)
    table[rng.random(table.shape) < 0.05] = np.nan
    context = {key: [given[i] for i in rng.integers(0, len(given), 120)] for key, given in choices.items()}
    got = score_table(name, table, context)
    for place, row in enumerate(table):
        answers = {item.id: None if v != v else v for item, v in zip(one.items, row, strict=True)}  # noqa: PLR0124 - NaN
        single = score(name, answers, {key: given[place] for key, given in context.items()})
        assert (STATUSES[got.status[place]], got.category_of(place)) == (single.status, single.category)
        assert np.isnan(got.total[place]) if single.total is None else got.total[place] == single.total


def test_one_bad_context_for_all_rows():
    got = score_table("mmse", np.zeros((3, 11), int), {"age": 999}, scheme="default")
    assert [STATUSES[s] for s in got.status] == ["invalid"] * 3
    assert np.isnan(got.subscores["language"]).all()
    got = score_table("slums", np.full((3, 1), 24), {"high_school": True})
    assert [got.category_of(i) for i in range(3)] == ["mild_ncd"] * 3


def test_absences_named_in_the_context():
    got = score_table("edmonton", np.array([[0.0] * 10 + [np.nan]]), {"unable": ["tug"]})
    assert got.total.tolist() == [2]


def test_fractional_and_large_scales_take_the_single_path(tmp_path):
    document = json.loads(json.dumps(dict(instrument("ucla3").document))) | {"id": "acme_half"}
    document["items"] = [{**item, "values": [1, 1.5, 3]} for item in document["items"]]
    for item in document["items"]:
        del item["range"]
    document["total"]["step"] = 0.5
    for low, high, band in ((3, 5, 0), (5.5, 9, 1)):
        document["schemes"]["default"]["bands"][band] |= {"lo": low, "hi": high}
    document["schemes"].pop("hrs_any")
    (tmp_path / "own.json").write_text(json.dumps(document), encoding="utf-8")
    register(tmp_path)
    try:
        assert score_table("acme_half", np.array([[1.5, 1.5, 3]])).total.tolist() == [6.0]
    finally:
        unregister("acme_half")


@pytest.fixture
def own(tmp_path):
    made = []

    def register_like(name, **changes):
        document = json.loads(json.dumps(dict(instrument(name).document))) | {"id": f"acme_{name}"} | changes
        (tmp_path / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
        made.extend(register(tmp_path / f"{name}.json"))
        return made[-1]

    yield register_like
    for name in made:
        unregister(name)


AGE = [{"id": "age", "type": "number", "min": 0, "max": 130, "label": {"en": "age", "zh": "年龄"}, "needed_for": "scheme"}]


def test_invalid_rows_take_back_syndrome_and_dispute(own):
    got = score_table(own("phq9", context=AGE), X, {"age": [999 if place % 2 else 70 for place in range(500)]})
    assert set(got.values["syndrome"][1::2]) == {-1}
    assert (got.safety_flags["phq9_item9"] == (X[:, 8] >= 1)).all()
    table = np.array([[25, 0, 0, 20, 0, 0]] * 2)
    got = score_table(own("morse", context=AGE), table, {"age": [70, 999]})
    assert got.disputed["cn_gt45"].tolist() == [True, False]


def test_unbacked_strata_are_withheld_in_tables(own):
    schemes = json.loads(json.dumps(instrument("slums").document["schemes"]))
    schemes["default"] |= {"level": "memory", "sources": [], "wanted": "a document"}
    name = own("slums", schemes=schemes)
    assert score_table(name, np.full((1, 1), 24), {"high_school": True}).category_of(0) is None
    assert score_table(name, np.full((1, 1), 24), {"high_school": True}, allow_unverified=True).category_of(0) == "mild_ncd"


def test_an_absence_worth_half_a_point_takes_the_single_path(own):
    name = own("phq2", absences={"not_asked": 0.5})
    assert score_table(name, np.array([[1, np.nan]])).total.tolist() == [1.5]


def test_wide_answers_take_the_single_path(own):
    items = [{"id": "count", "label": {"en": "count", "zh": "次数"}, "range": [0, 5000]}]
    label = {"en": "any", "zh": "任意"}
    bands = [{"lo": 0, "hi": 5000, "code": "any", "label": label}]
    schemes = {"default": {"level": "memory", "wanted": "a document", "bands": bands}}
    name = own("cfs", items=items, total={"min": 0, "max": 5000, "step": 1}, schemes=schemes)
    assert score_table(name, np.array([[4321], [5001]])).total[0] == 4321


def facts(caught):
    error = caught.value
    return error.code, error.path, error.expected, error.got


@pytest.mark.parametrize(
    ("make", "path", "expected", "got"),
    [
        (lambda: score_table("phq9", [["a"] * 9]), "", "integers or floats", "<U1"),
        (lambda: score_table("phq9", np.zeros((3, 9), bool)), "", "integers or floats", "bool"),
        (lambda: score_table("phq9", np.zeros(9)), "", "shape (n, 9)", "(9,)"),
        (lambda: score_table("phq9", np.zeros((2, 8))), "", "shape (n, 9)", "(2, 8)"),
        (lambda: score_table("phq2", np.zeros((2, 2)), items=["q1", "q1"]), "", "columns q1, q2", "q1, q1"),
        (lambda: score_table("phq2", np.zeros((2, 2)), items=["q1", "z"]), "", "columns q1, q2", "q1, z"),
        (lambda: score_table("nrs2002", np.ones((3, 2)), {"age": [70, 71]}), ": age", "3 values", "2"),
    ],
)
def test_a_refusal_names_what_came(make, path, expected, got):
    with pytest.raises(ParamsError) as caught:
        make()
    code, where, wanted, came = facts(caught)
    assert (code, wanted, came) == ("E_SCORE_TABLE", expected, got)
    assert where in (f"scoring.phq9{path}", f"scoring.phq2{path}", f"scoring.nrs2002{path}")


def test_ragged_rows_are_no_numbers():
    with pytest.raises(ParamsError) as caught:
        score_table("phq9", [[1, 2], [3]])
    code, where, wanted, came = facts(caught)
    assert (code, where, wanted) == ("E_SCORE_TABLE", "scoring.phq9", "numbers")
    assert "inhomogeneous" in came


@pytest.mark.parametrize("name", ["phq9", "mmse", "cdr", "news2", "moca_b", "lawton8"])
def test_every_array_has_its_type_and_every_name_its_place(name):
    one = instrument(name)
    x = np.array([[item.lo for item in one.items], [item.hi for item in one.items]], dtype=np.float64)
    got = score_table(name, x, {"education_years": 9, "age": 70, "spo2_scale": 1}, allow_unverified=True)
    assert (got.instrument, got.version, got.content_hash, got.scheme) == (one.id, one.version, one.hash, one.default_scheme)
    assert (got.status.dtype, got.total.dtype, got.category.dtype) == (np.int8, np.float64, np.int8)
    assert got.n_missing.dtype in (np.uint8, np.int16)
    assert all(part.dtype == np.float64 for part in got.subscores.values())
    assert all(flag.dtype == np.bool_ for flag in got.safety_flags.values())
    assert all(flag.dtype == np.bool_ for flag in got.disputed.values())
    for row in range(2):
        single = score(one, dict(zip([item.id for item in one.items], x[row].tolist(), strict=True)),
                       {"education_years": 9, "age": 70, "spo2_scale": 1}, allow_unverified=True)  # fmt: skip
        assert got.category_of(row) == single.category
        assert int(got.n_missing[row]) == len(single.missing)


def test_columns_hold_words_and_numbers():
    x = np.array([[0] * 9, [1] * 9, [9] * 9])
    columns = score_table("phq9", x).columns()
    assert list(columns)[:4] == ["status", "total", "category", "n_missing"]
    assert columns["status"].tolist() == ["ok", "ok", "invalid"]
    assert columns["category"].tolist() == ["minimal", "mild", ""]
    assert columns["phq9_item9"].tolist() == [False, True, False]
    assert score_table("phq9", x).counts() == {"minimal": 1, "mild": 1, "moderate": 0, "moderately_severe": 0, "severe": 0, "(none)": 1}


@pytest.mark.parametrize("core", [0, 1, 2, 3])
@pytest.mark.parametrize("ninth", [0, 1, 2, 3])
def test_the_syndrome_of_every_symptom_count(core, ninth):
    rows = [[core, 0, *([2] * others), *([1] * (6 - others)), ninth] for others in range(7)]
    table = score_table("phq9", np.array(rows))
    for place, row in enumerate(rows):
        single = score("phq9", dict(zip([f"q{n}" for n in range(1, 10)], row, strict=True)))
        assert SYNDROMES[table.values["syndrome"][place]] == single.values["syndrome"]
        assert bool(table.values["safety_flag"][place]) is single.values["safety_flag"] is (ninth >= 1)


def test_bad_context_takes_everything_back_but_the_flag():
    x = np.array([[*[3] * 9], [*[3] * 9]])
    good = score_table("slums", np.array([[24], [24]]), {"high_school": [True, "maybe"]})
    assert [STATUSES[s] for s in good.status] == ["ok", "invalid"]
    assert (good.category[1], good.n_missing[1], np.isnan(good.total[1])) == (-1, 0, True)
    named = score_table("phq9", x, {"stratum": ["nowhere", "nowhere"]})
    assert [STATUSES[s] for s in named.status] == [score("phq9", {f"q{n}": 3 for n in range(1, 10)}, {"stratum": "nowhere"}).status] * 2
    assert named.safety_flags["phq9_item9"].tolist() == [True, True]
