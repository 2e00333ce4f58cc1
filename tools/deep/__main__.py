"""Run parts of the slow tier: `python -m tools.deep [PART ...]`; without a part the list with the last results."""

from __future__ import annotations

import sys

from tools.deep import determinism, fuzz, memory, mutation, native, properties, ratios, suites
from tools.deep.ledger import Part, perform, results

PARTS: tuple[Part, ...] = (
    *properties.PARTS,
    *suites.PARTS,
    *mutation.PARTS,
    *fuzz.PARTS,
    *memory.PARTS,
    *determinism.PARTS,
    *native.PARTS,
    *ratios.PARTS,
)


def show() -> None:
    """Print every part with its last result."""
    kept = results()
    for part in PARTS:
        last = kept.get(part.name)
        told = f"{'passed' if last['passed'] else 'FAILED'} {last['day']} at {last['commit'][:10]}" if last else "never run"
        print(f"{part.name:16} {told:32} {part.about}")


def main(names: list[str]) -> int:
    """Run the named parts (or `all`) in order; return 1 where one fails, 2 for an unknown name."""
    known = {part.name: part for part in PARTS}
    wanted = list(known) if names == ["all"] else names
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"no part {', '.join(unknown)}; parts: {', '.join(known)}", file=sys.stderr)
        return 2
    if not wanted:
        show()
        return 0
    verdicts = {}
    for name in wanted:
        print(f"\n=== {name}: {known[name].about}", flush=True)
        verdicts[name] = perform(known[name])
    print("\n=== summary")
    for name, passed in verdicts.items():
        print(f"{name:16} {'passed' if passed else 'FAILED'}")
    return int(not all(verdicts.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
