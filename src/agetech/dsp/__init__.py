"""Shared maths of the signal domains: filters, spectra, peaks; each piece once."""
