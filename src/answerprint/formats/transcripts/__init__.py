"""Transcripts: read from other programs' files, written for people to read and mark."""
