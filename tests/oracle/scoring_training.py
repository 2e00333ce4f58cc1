"""Textbook twins of the staircases: whole histories instead of a running state, expected entropy by its definition."""

from __future__ import annotations

import math


def levitt(answers, start, steps, down, up, lowest, highest):
    """Return the levels of a transformed up-down staircase, the last one not yet presented, and its reversals."""
    levels, moves, reversals, since = [start], [], [], []
    for answer in answers:
        since.append(answer)
        step = steps[min(len(reversals), len(steps) - 1)]
        tail_right, tail_wrong = since[-down:], since[-up:]
        move = 0
        if len(tail_right) == down and all(tail_right):
            move = -1
        elif len(tail_wrong) == up and not any(tail_wrong):
            move = 1
        if move:
            since = []
            if moves and moves[-1] != move:
                reversals.append(levels[-1])
                step = steps[min(len(reversals), len(steps) - 1)]
            moves.append(move)
        levels.append(min(max(levels[-1] + move * step, lowest), highest))
    return levels, reversals


def logistic(x, threshold, slope, guess, lapse):
    return guess + (1 - guess - lapse) / (1 + math.exp(-(x - threshold) / slope))


def expected_entropy(posterior, chance, level):
    """Return the expected entropy of the posterior after a trial at a level; posterior: dict parameters -> weight."""
    total = 0.0
    for right in (True, False):
        joint = {}
        for parameters, weight in posterior.items():
            p = chance(level, *parameters)
            joint[parameters] = weight * (p if right else 1 - p)
        share = math.fsum(joint.values())
        total -= share * math.fsum(w / share * math.log(w / share) for w in joint.values() if w > 0)
    return total


def updated(posterior, chance, level, right):
    joint = {one: weight * (chance(level, *one) if right else 1 - chance(level, *one)) for one, weight in posterior.items()}
    share = math.fsum(joint.values())
    return {one: weight / share for one, weight in joint.items()}
