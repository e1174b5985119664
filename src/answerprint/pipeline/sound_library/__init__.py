"""Folders of sound effects: heard once, kept in an index, named, searched, held against one another."""
