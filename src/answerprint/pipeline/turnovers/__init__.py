"""Turnovers of a version: folders for sound, colour and effects houses, whole or not at all, and counted."""
