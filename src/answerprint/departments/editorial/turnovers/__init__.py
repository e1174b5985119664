"""Turnovers: what sound, colour and effects houses are handed of a locked cut, counted."""
