"""FHIR R4, R4B and R5: read by shape, written as R5 or R4, numbers and times digit for digit."""

from __future__ import annotations

from agetech.exchange.fhir.bridge import Imported, Item, read
from agetech.exchange.fhir.bundles import write
from agetech.exchange.fhir.lenses import write_one
from agetech.exchange.fhir.parties import Form, Party, Question, questionnaire
from agetech.exchange.fhir.release import Conversion, convert
from agetech.exchange.fhir.structure import faults, told

__all__ = [
    "Conversion",
    "Form",
    "Imported",
    "Item",
    "Party",
    "Question",
    "convert",
    "faults",
    "questionnaire",
    "read",
    "told",
    "write",
    "write_one",
]
