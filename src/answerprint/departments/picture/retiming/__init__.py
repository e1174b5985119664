"""Pictures at other times than those that were taken."""
