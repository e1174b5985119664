"""Slates and other text in the picture: found, read, voted over frames, held against the log."""
