"""Each English page has its Chinese twin: the same headings structure, the same code; every page is reachable."""

from __future__ import annotations

import pytest

from tools.pages import ROOT, differences, pairs


@pytest.mark.parametrize(("english", "chinese"), pairs(ROOT), ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_are_twins(english, chinese):
    assert list(differences(english, chinese)) == []
