"""agetech: reference algorithms, data models and assessments for elderly-care technology."""

__version__ = "0.1.0"
