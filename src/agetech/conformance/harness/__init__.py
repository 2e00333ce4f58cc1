"""Templates of harnesses: each file stands alone and is copied by `agetech conformance new-harness`."""
