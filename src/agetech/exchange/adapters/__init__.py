"""Vendor payloads to documents: by declared mapping tables, and Matter nodes."""

from __future__ import annotations

from agetech.exchange.adapters.mapping import Mapped, checked, convert, detect, load_table, tables

__all__ = ["Mapped", "checked", "convert", "detect", "load_table", "tables"]
