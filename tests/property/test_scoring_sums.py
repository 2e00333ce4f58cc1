"""Random complete forms against independent arithmetic: 400 forms each here, 10,000 in the deep tier."""

from __future__ import annotations

import numpy as np
import pytest

from agetech.scoring import instrument, score, score_table
from agetech.scoring.table import SYNDROMES
from tests.oracle import scoring_sums as oracle


@pytest.fixture(params=[400, pytest.param(10_000, marks=pytest.mark.deep)])
def n(request):
    return request.param


def answers(name, n):
    rng = np.random.default_rng(len(name) + n)
    return np.column_stack([rng.choice(item.options, n) for item in instrument(name).items]).astype(np.int64)


def singles(name, x, **context):
    ids = [item.id for item in instrument(name).items]
    rows = x.tolist()
    return [score(name, dict(zip(ids, row, strict=True)), {k: v[i] for k, v in context.items()}) for i, row in enumerate(rows)]


def test_gds15(n):
    x = answers("gds15", n)
    assert score_table("gds15", x).total.tolist() == oracle.gds15(x).tolist()
    assert [s.total for s in singles("gds15", x[:200])] == oracle.gds15(x[:200]).tolist()


def test_phq9(n):
    x = answers("phq9", n)
    total, syndrome = oracle.phq9(x)
    got = score_table("phq9", x)
    assert got.total.tolist() == total.tolist()
    assert [SYNDROMES[place] for place in got.values["syndrome"]] == syndrome.tolist()


def test_gad7(n):
    x = answers("gad7", n)
    total, band = oracle.gad7(x)
    got = score_table("gad7", x)
    assert got.total.tolist() == total.tolist()
    assert [got.category_of(i) for i in range(n)] == band.tolist()


def test_moca(n):
    x = answers("moca", n)
    years = np.random.default_rng(3).integers(0, 20, n)
    assert [s.total for s in singles("moca", x, education_years=years.tolist())] == oracle.moca(x, years).tolist()


def test_slums(n):
    x = answers("slums", n)
    schooled = np.random.default_rng(4).random(n) < 0.5
    got = score_table("slums", x, {"high_school": schooled})
    assert [got.category_of(i) for i in range(n)] == oracle.slums(x[:, 0], schooled).tolist()


def test_npi_q(n):
    x = answers("npi_q", n)
    wanted = oracle.npi_q(x[:, 0::3], x[:, 1::3], x[:, 2::3])
    got = [s.values for s in singles("npi_q", x)]
    assert [[v[k] for v in got] for k in ("severity", "distress", "n_endorsed")] == [w.tolist() for w in wanted]


def test_zarit12(n):
    x = answers("zarit12", n)
    assert score_table("zarit12", x).total.tolist() == oracle.zarit12(x).tolist()
