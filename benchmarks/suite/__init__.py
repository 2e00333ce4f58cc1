"""asv suites for a look at trends: `asv run --config benchmarks/asv.conf.json -E existing --quick`. No bar is set here."""
