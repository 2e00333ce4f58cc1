"""A release: the changelog is collected from changes/, the tag must agree with every place that states the version.

python -m tools.release collect 0.2.0 2026-12-01      moves the fragments of changes/ into CHANGELOG.md
python -m tools.release check v0.2.0                  before the tag is pushed
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
KINDS = {"breaking": "Breaking", "feature": "Added", "fix": "Fixed", "data": "Data and vectors", "docs": "Documentation"}
FRAGMENT = re.compile(r"[\w.-]+\.(?P<kind>" + "|".join(KINDS) + r")\.md")
MARK = "<!-- releases -->\n"


def fragments(folder: Path) -> dict[Path, str]:
    """Return every changelog fragment with its kind; ValueError for a file that is neither a fragment nor the README."""
    found = {}
    for path in sorted(folder.glob("*")):
        named = FRAGMENT.fullmatch(path.name)
        if named:
            found[path] = named["kind"]
        elif path.name != "README.md":
            raise ValueError(f"{path.name}: must be NAME.KIND.md with KIND one of {', '.join(KINDS)}")
    return found


def section(version: str, date: str, folder: Path) -> str:
    """Return the changelog section of one release: a heading a kind, one line a fragment."""
    found = fragments(folder)
    parts = [f"## {version} ({date})\n"]
    for kind, title in KINDS.items():
        texts = [path.read_text(encoding="utf-8").strip() for path, its in found.items() if its == kind]
        if texts:
            lines = [f"- {text.removeprefix('- ')}" for text in texts]
            parts.append(f"### {title}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def collect(version: str, date: str, root: Path = ROOT) -> None:
    """Put the section of a release into CHANGELOG.md and remove its fragments."""
    changelog = root / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    if text.count(MARK) != 1:
        raise ValueError(f"CHANGELOG.md must hold the line {MARK.strip()} once")
    new = section(version, date, root / "changes")
    changelog.write_text(text.replace(MARK, f"{MARK}\n{new}"), encoding="utf-8")
    for path in fragments(root / "changes"):
        path.unlink()


def faults(tag: str, root: Path = ROOT) -> list[str]:
    """Return where the tag and the stated versions disagree, and fragments that wait to be collected."""
    version = tag.removeprefix("v")
    if not re.fullmatch(r"v\d+\.\d+\.\d+((a|b|rc)\d+)?", tag):
        return [f"{tag}: a tag is vMAJOR.MINOR.PATCH"]
    found = []
    stated = re.search(r'^__version__ = "(.+)"$', (root / "src/agetech/__init__.py").read_text(encoding="utf-8"), re.MULTILINE)
    if not stated or stated[1] != version:
        found.append(f"agetech.__version__ is {stated[1] if stated else 'missing'}, the tag says {version}")
    if not re.search(
        rf"^## {re.escape(version)} \(\d{{4}}-\d\d-\d\d\)$", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    ):
        found.append(f"CHANGELOG.md has no section {version} (YYYY-MM-DD)")
    if not re.search(rf'^version: "?{re.escape(version)}"?$', (root / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE):
        found.append(f"CITATION.cff does not say version {version}")
    found += [f"changes/{path.name} was not collected" for path in fragments(root / "changes")]
    return found


def main(arguments: list[str]) -> int:
    """Collect or check; return 1 where the check finds a fault, 2 for a wrong call."""
    match arguments:
        case ["collect", version, date]:
            collect(version, date)
            return 0
        case ["check", tag]:
            found = faults(tag)
            for fault in found:
                print(fault)
            return int(bool(found))
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
