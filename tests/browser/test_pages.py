"""The pages in a real browser: no console error, no request but for the page, nothing wider than the screen, A4 in print.

AGETECH_SHOTS=FOLDER keeps the pages and their pictures there, to be looked at.
"""

import json
import os
import re
from pathlib import Path

import pytest

from agetech.report import events_page
from tests.browser.chromium import picture, run, visit
from tests.unit.report.made import evidence

WIDTHS = (360, 500, 794, 1200)  # a phone; a window; A4 at 96 dots an inch; a screen
MEASURE = """<!doctype html><body>%s<pre id="found"></pre><script>
window.onload = () => {
  const found = {};
  for (const frame of document.querySelectorAll("iframe")) {
    const root = frame.contentDocument.documentElement;
    const wide = [...root.querySelectorAll("body *")].filter((e) => {
      const box = e.getBoundingClientRect();
      return box.width > 1 && (box.right > root.clientWidth + 1 || box.left < -1) && !e.closest(".skip, thead, .hidden");
    });
    const spoken = (e) => [...e.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
    const small = [...root.querySelectorAll("body *")].filter((e) => spoken(e) && parseFloat(getComputedStyle(e).fontSize) < 11);
    found[frame.width] = { scroll: root.scrollWidth, width: root.clientWidth, wide: wide.map((e) => e.outerHTML.slice(0, 120)),
      small: small.length, charts: [...root.querySelectorAll(".area > svg")].map((e) => e.getBoundingClientRect().width) };
  }
  document.getElementById("found").textContent = JSON.stringify(found);
};
</script>"""


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request):
    return events_page(evidence(), lang=request.param)


def test_the_page_opens_without_a_word_and_asks_for_nothing_else(page):
    frames = "".join(f'<iframe src="/page.html" width="{width}" height="800" style="border:0"></iframe>' for width in WIDTHS)
    seen = visit({"/page.html": page, "/measure.html": MEASURE % frames}, "/measure.html")
    assert seen.console == []
    assert seen.foreign == []
    assert {one.split("/")[-1] for one in seen.requests if "pages.test" in one} <= {"page.html", "measure.html", "favicon.ico"}
    found = json.loads(re.search(r'<pre id="found">(.*?)</pre>', seen.dom, re.DOTALL).group(1).replace("&gt;", ">").replace("&lt;", "<"))
    assert set(found) == {str(width) for width in WIDTHS}
    for width, measured in found.items():
        assert measured["wide"] == [], width
        assert measured["scroll"] <= measured["width"], width
        assert measured["small"] == 0, width
        assert len(measured["charts"]) == 3
        assert min(measured["charts"]) > 0.6 * int(width) * (1.0 if int(width) < 900 else 0.75)


def test_the_check_sees_requests_errors_and_overflow():
    bad = '<!doctype html><div style="width:900px">wide</div><img src="http://outside.test/x.png"><script>console.error("no")</script>'
    frame = '<iframe src="/page.html" width="360" height="800"></iframe>'
    seen = visit({"/page.html": bad, "/measure.html": MEASURE % frame}, "/measure.html")
    assert any("outside.test" in one for one in seen.foreign)
    assert any("no" in line for line in seen.console)
    assert "wide" in re.search(r'<pre id="found">(.*?)</pre>', seen.dom, re.DOTALL).group(1)


def test_it_prints_on_a4(page, tmp_path):
    file, out = tmp_path / "page.html", tmp_path / "page.pdf"
    file.write_text(page, encoding="utf-8")
    run([f"--print-to-pdf={out}", "--no-pdf-header-footer", file.as_uri()])
    pdf = out.read_bytes()
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert 1 <= len(boxes) <= 6
    assert all(abs(float(w) - 595) < 2 and abs(float(h) - 842) < 2 for w, h in boxes)


def test_pictures_can_be_looked_at(page, tmp_path):
    folder = Path(os.environ.get("AGETECH_SHOTS") or tmp_path)
    phone = picture(page, 360, 900, folder)
    assert phone.startswith(b"\x89PNG")
    assert len(phone) > 20_000  # a blank page is 2 kB
