"""Boards before the shoot: suggested coverage with lighting notes, and reference pictures in order."""
