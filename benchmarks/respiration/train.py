"""Train the coefficients of `respiration.rate`: python -m benchmarks.respiration.train [--check].

Ranking: softmax over the candidates of a window; those within 3 % (PPG, ECG: 1 per minute) of the annotator's rate share
the target. Breathing signals are also read at 0.35 to 3 times their speed, so that no rate is favoured; made breathing
fills 4 to 60 per minute. Quality: a logistic regression of "within 2 per minute" on the support and the features of
the winner, with signals that hold no breathing as wrong answers; `half`, the probability that is called quality 0.5, is
where the answers above it, on persons left out, are right in 97 %.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from agetech.signals.respiration import modulation, rate
from agetech.signals.respiration.ranking import Model, quality, relative, weigh, winner
from agetech.signals.respiration.window import RateReason, ready
from benchmarks.respiration import bidmc, made, nothing

HOME = Path(__file__).resolve().parents[2] / "src" / "agetech" / "signals" / "respiration" / "coefficients"
SPEEDS = (1.0, 0.35, 0.6, 1.5, 2.2, 3.0)
Signal = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """Candidates of one window: rows of rate and features; truth NaN where there is no breathing. person 0: made."""

    person: int
    rows: Signal
    truth: float
    extra: tuple[float, ...]
    weight: float
    kind: str = "real"


def breathing_case(x: Signal, fs: float) -> tuple[Signal, tuple[float, ...]] | None:
    """Return the candidates of a window of breathing and what the window adds; None where it is refused."""
    window = ready(x, fs, rate.INTERNAL)
    if window.reason is not RateReason.ANSWERED:
        return None
    rows = rate.breathing_candidates(window)
    return (rows, rate.window_features(window)) if rows.shape[0] else None


def pulse_case(x: Signal, fs: float, kind: str) -> tuple[Signal, tuple[float, ...]] | None:
    """Return the same for a PPG or ECG."""
    beats = modulation.modulation(x, fs, kind)
    if beats is None:
        return None
    rows = rate.within(modulation.modulation_candidates(beats))
    return (rows, (beats.regular, beats.evenness)) if rows.shape[0] else None


def breathing_cases() -> list[Case]:
    """Return every case for breathing signals: real at six speeds, made, and nothing."""
    cases = []
    for person in bidmc.records():
        for speed in SPEEDS:
            fs = bidmc.FS * speed
            hop = 8.0 if speed == 1.0 else 16.0 * max(1.0, 1.0 / speed) / 1.0
            for piece in bidmc.pieces(person, hop=min(hop, 16.0), fs=fs, agree=bidmc.AGREE * max(speed, 0.5)):
                if 4.0 <= piece.rate <= 58.0:
                    found = breathing_case(person.signals["impedance"][piece.start : piece.end], fs)
                    if found:
                        cases.append(Case(person.person, found[0], piece.rate, found[1], 1.0 if speed == 1.0 else 0.3, f"speed {speed:g}"))
    for x, fs, true in made.breathing(1, 1200):
        found = breathing_case(x, fs)
        if found:
            cases.append(Case(0, found[0], true, found[1], 0.3, "made"))
    for kind, x, fs in nothing.signals(2, 160):
        found = breathing_case(x, fs)
        if found:
            cases.append(Case(0, found[0], float("nan"), found[1], 0.5, kind))
    return cases


def pulse_cases(kind: str) -> list[Case]:
    """Return every case for PPG or ECG."""
    cases = []
    for person in bidmc.records():
        for piece in bidmc.pieces(person):
            found = pulse_case(person.signals[kind][piece.start : piece.end], bidmc.FS, kind)
            if found:
                cases.append(Case(person.person, found[0], piece.rate, found[1], 1.0))
    for name, x, fs in nothing.signals(3, 160):
        found = pulse_case(x, fs, kind) if fs >= modulation.LEAST_RATE[kind] else None
        if found:
            cases.append(Case(0, found[0], float("nan"), found[1], 0.5, name))
    return cases


def ranked(cases: list[Case], kind: str, ridge: float, target: Callable[[float], float]) -> tuple[Signal, Signal, Signal]:
    """Return centre, scale and weight of the ranking."""
    cases = [c for c in cases if np.isfinite(c.truth)]
    parts = [relative(c.rows[:, 1:], rate.BEST_OF[kind]) for c in cases]
    whole = np.concatenate(parts)
    centre, scale = whole.mean(axis=0), whole.std(axis=0) + 1e-9
    a = (whole - centre) / scale
    away = [np.abs(c.rows[:, 0] - c.truth) for c in cases]
    good = np.concatenate([d <= max(target(c.truth), d.min() + 0.05) for d, c in zip(away, cases, strict=True)]).astype(float)
    sizes = np.array([len(d) for d in away])
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    row = np.repeat(np.arange(sizes.size), sizes)
    weight = np.array([c.weight for c in cases])

    def loss(w: Signal) -> tuple[float, Signal]:
        score = a @ w
        e = np.exp(score - np.maximum.reduceat(score, first)[row])
        every, some = np.add.reduceat(e, first), np.maximum(np.add.reduceat(e * good, first), 1e-300)
        slope = a.T @ (weight[row] * (e / every[row] - e * good / some[row])) + ridge * w
        return float((weight * (np.log(every) - np.log(some))).sum() + 0.5 * ridge * w @ w), slope

    return centre, scale, minimize(loss, np.zeros(a.shape[1]), jac=True, method="L-BFGS-B").x


def winners(cases: list[Case], kind: str, m: Model) -> tuple[Signal, Signal]:
    """Return, for each case, the winner's rate and its trust features."""
    rates, trust = [], []
    for c in cases:
        best, support = winner(c.rows[:, 0], weigh(relative(c.rows[:, 1:], rate.BEST_OF[kind]), m))
        rates.append(c.rows[best, 0])
        trust.append(rate.trust_features(c.rows[best], support, c.extra))
    return np.array(rates), np.array(trust)


def trusted(trust: Signal, right: Signal, weight: Signal, ridge: float) -> tuple[Signal, Signal, Signal, float]:
    """Return centre, scale, weight and offset of the logistic regression of being right."""
    centre, scale = trust.mean(axis=0), trust.std(axis=0) + 1e-9
    a = np.column_stack([(trust - centre) / scale, np.ones(len(trust))])

    def loss(w: Signal) -> tuple[float, Signal]:
        z = a @ w
        p = 1.0 / (1.0 + np.exp(-z))
        value = weight * (np.logaddexp(0.0, z) - right * z)
        penalty = np.append(w[:-1], 0.0)
        return float(value.sum() + 0.5 * ridge * penalty @ penalty), a.T @ (weight * (p - right)) + ridge * penalty

    w = minimize(loss, np.zeros(a.shape[1]), jac=True, method="L-BFGS-B").x
    return centre, scale, w[:-1], float(w[-1])


def fitted(cases: list[Case], kind: str, ridge: float) -> Model:
    """Return a model for these cases, its `half` still 0.5. The quality learns from answers to persons left out."""
    target = (lambda true: 0.03 * true) if kind == "breathing" else (lambda true: 1.0)
    one = np.zeros(1)
    rates, trust = np.zeros(len(cases)), None
    groups = np.array([c.person or -1 - k % 5 for k, c in enumerate(cases)])
    for group in np.unique(groups):
        inside = np.flatnonzero(groups == group)
        part = Model(*ranked([cases[k] for k in np.flatnonzero(groups != group)], kind, ridge, target), one, one, one, 0.0, 0.5)
        found, features = winners([cases[k] for k in inside], kind, part)
        trust = np.zeros((len(cases), features.shape[1])) if trust is None else trust
        rates[inside], trust[inside] = found, features
    truth = np.array([c.truth for c in cases])
    right = (np.abs(rates - truth) <= 2.0).astype(float)
    weight = np.array([c.weight for c in cases])
    return Model(*ranked(cases, kind, ridge, target), *trusted(trust, right, weight, ridge / 3.0), 0.5)


@dataclass(frozen=True)
class Answers:
    """What left-out persons were told: rate, probability of being right, truth, person, kind of case."""

    rate: Signal
    chance: Signal
    truth: Signal
    person: Signal
    kind: NDArray[np.str_]


def left_out(cases: list[Case], kind: str, ridge: float) -> Answers:
    """Return the answers to every case by models that never saw its person (made cases: its fifth)."""
    groups = np.array([c.person or -1 - k % 5 for k, c in enumerate(cases)])
    rates, chance = np.zeros(len(cases)), np.zeros(len(cases))
    for group in np.unique(groups):
        inside = np.flatnonzero(groups == group)
        m = fitted([cases[k] for k in np.flatnonzero(groups != group)], kind, ridge)
        found, trust = winners([cases[k] for k in inside], kind, m)
        rates[inside], chance[inside] = found, [quality(t, m) for t in trust]
    return Answers(rates, chance, np.array([c.truth for c in cases]), groups, np.array([c.kind for c in cases]))


def least_chance(a: Answers, share: float = 0.97) -> float:
    """Return the least chance above which `share` of real answers are right.

    Never below a chance of 0.75: nothing that is wrong one time in four is called good.
    """
    real = np.array([k in ("real", "speed 1") for k in a.kind])
    order = np.argsort(-a.chance[real])
    right = (np.abs(a.rate[real] - a.truth[real]) <= 2.0)[order]
    kept = np.flatnonzero(np.cumsum(right) / np.arange(1, right.size + 1) >= share)
    least = a.chance[real][order][kept[-1]] if kept.size else 0.99
    return float(min(max(least, 0.75), 0.995))


def as_json(m: Model, kind: str) -> str:
    """Return a model as the text of its coefficient file."""
    names = {"breathing": rate.breaths.FEATURES}.get(kind, modulation.FEATURES)
    held: dict[str, object] = {
        "kind": kind,
        "recipe": "python -m benchmarks.respiration.train",
        "data": {"BIDMC development records, sha256": bidmc.digest()},
        "features": [*names, *(f"{names[k]} below the best" for k in rate.BEST_OF[kind])],
        "trust_features": ["support", "few", *names, *(("clipped", "missing") if kind == "breathing" else ("regular", "evenness"))],
    }
    for name, value in m._asdict().items():
        held[name] = [float(f"{v:.9g}") for v in value] if isinstance(value, np.ndarray) else float(f"{value:.9g}")
    return json.dumps(held, indent=1) + "\n"


def report(a: Answers, half: float) -> None:
    """Print how the left-out persons fared."""
    away = np.abs(a.rate - a.truth)
    good = a.chance >= half
    for kind in sorted(set(a.kind.tolist())):
        here = a.kind == kind
        if np.isfinite(a.truth[here]).any():
            first = f"{kind:12s} n {here.sum():5d}  MAE {away[here].mean():.3f}  median {np.median(away[here]):.3f}"
            kept = f"coverage {good[here].mean():.3f} MAE {away[here & good].mean():.3f} within 2 {np.mean(away[here & good] <= 2):.4f}"
            print(
                f"{first}  within 2 {np.mean(away[here] <= 2):.4f}  | q>=0.5: {kept}  | q<0.05 {np.mean(a.chance[here] < 0.1 * half):.4f}"
            )
        else:
            print(f"{kind:12s} n {here.sum():5d}  q>=0.5 {good[here].mean():.4f}  answered {np.mean(a.chance[here] >= 0.1 * half):.4f}")


RIDGE = {"breathing": 30.0, "ppg": 30.0, "ecg": 30.0}


def train(kind: str) -> str:
    """Train one kind; return the text of its coefficient file."""
    cases = breathing_cases() if kind == "breathing" else pulse_cases(kind)
    answers = left_out(cases, kind, RIDGE[kind])
    half = least_chance(answers)
    print(kind, "half", half)
    report(answers, half)
    return as_json(fitted(cases, kind, RIDGE[kind])._replace(half=half), kind)


def main() -> None:
    """Write the coefficient files, or compare them with what training gives now."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("kinds", nargs="*", default=["breathing", "ppg", "ecg"])
    arguments = parser.parse_args()
    for kind in arguments.kinds:
        text = train(kind)
        path = HOME / f"rate_{kind}.json"
        if not arguments.check:
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            raise SystemExit(f"{path} differs from what training gives")


if __name__ == "__main__":
    main()
