"""The fault catalogue F01 to F72 as seeded injectors: what goes wrong in the field, and which answers are right.

`FAULTS["F09"].inject(Sampled(acc, fs, limit=160.0))` gives the signal with each dose of the fault. The ids are stable.
"""

from agetech.testing.faults import clocks, files, processes, signals, texts
from agetech.testing.faults.fault import FAULTS, Fault, Sampled, Variant

__all__ = ("FAULTS", "Fault", "Sampled", "Variant", "clocks", "files", "processes", "signals", "texts")
