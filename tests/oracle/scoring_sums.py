"""Independent arithmetic of seven instruments on whole arrays, written from the printed rules; complete forms only."""

from __future__ import annotations

import numpy as np


def gds15(x):
    """Return the number of depressive answers: no on 1, 5, 7, 11, 13, yes elsewhere."""
    key = np.array([0, 1, 1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1])
    return (x == key).sum(axis=1)


def phq9(x):
    """Return total and syndrome."""
    symptom = np.column_stack([x[:, :8] > 1, x[:, 8] > 0])
    core, count = symptom[:, 0] | symptom[:, 1], symptom.sum(axis=1)
    return x.sum(axis=1), np.select([core & (count > 4), core & (count > 1)], ["major", "other"], "none")


def gad7(x):
    """Return total and class."""
    total = x.sum(axis=1)
    return total, np.array(["minimal", "mild", "moderate", "severe"])[np.searchsorted([5, 10, 15], total, side="right")]


def moca(x, years):
    """Return the total with the education point; columns in the order of the form."""
    x = x.copy()
    x[:, 9] = np.array([0, 1, 2, 2, 3, 3])[x[:, 9]]
    x[:, 11] = x[:, 11] > 10
    raw = x.sum(axis=1)
    return np.minimum(30, raw + (years < 13))


def slums(total, high_school):
    """Return the class by schooling."""
    edges = np.where(high_school[:, None], [21, 27], [20, 25])
    return np.array(["dementia_range", "mild_ncd", "normal"])[(total[:, None] >= edges).sum(axis=1)]


def npi_q(endorsed, severity, distress):
    """Return severity, distress and number of endorsed symptoms."""
    return (endorsed * severity).sum(axis=1), (endorsed * distress).sum(axis=1), endorsed.sum(axis=1)


def zarit12(x):
    """Return the total."""
    return x.sum(axis=1)
