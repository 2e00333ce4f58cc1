"""Every edge of every band and both its neighbours, through the whole engine: forms are built for each total."""

from __future__ import annotations

import pytest

from agetech.scoring import instrument, score
from tests.unit.scoring.forms import CONTEXT, SUMS

BANDED = [(name, scheme.id) for name in SUMS for scheme in instrument(name).schemes.values() if scheme.bands is not None]


def forms_by_total(one):
    """Return total -> answers for every total that some complete form has."""
    found = {0: {}}
    for item in one.items:
        found = {total + item.points(value): {**form, item.id: value} for total, form in found.items() for value in item.options}
    return {total * one.factor: form for total, form in found.items()}


def band_of(scheme, total):
    """Return the code by plain search: the bands of a file tile, so one of them holds every whole total."""
    holding = [band.code for band in scheme.bands.bands if band.lo <= total <= band.hi]
    assert len(holding) == 1, (scheme.id, total)
    return holding[0]


@pytest.mark.parametrize(("name", "scheme"), BANDED)
def test_edges_and_their_neighbours(name, scheme):
    one = instrument(name)
    chosen, forms = one.schemes[scheme], forms_by_total(one)
    reachable = sorted(forms)
    edges = {edge for band in chosen.bands.bands for edge in (band.lo, band.hi)}
    tried = {
        total
        for edge in edges
        for total in (max((t for t in reachable if t < edge), default=None), edge, min((t for t in reachable if t > edge), default=None))
        if total in forms
    }
    assert len(tried) >= len(chosen.bands.bands)
    for total in sorted(tried):
        got = score(one, forms[total], CONTEXT, scheme=scheme, allow_unverified=True)
        assert (got.status, got.total) == ("ok", total)
        found = got.category if chosen.gives == "category" else got.values["strata_result"]
        assert found == band_of(chosen, total), total


def test_every_sum_scale_with_bands_is_tried():
    assert len({name for name, _ in BANDED}) >= 35
