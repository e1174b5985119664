"""Answerprint: from a screenplay and a folder of rushes to the first complete cut, with reasons."""

__version__ = "0.1.0"
