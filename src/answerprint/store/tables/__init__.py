"""The catalogue's tables, one module for each kind of record."""
