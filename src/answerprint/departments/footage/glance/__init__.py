"""The fast look at a file: what a bin needs within minutes."""
