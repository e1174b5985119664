"""Moment search: what an editor remembers, as clauses, asked of every track and joined in exact time."""
