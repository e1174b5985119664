"""Versions of a film: re-cuts of the master under constraints of length, shape and content."""
