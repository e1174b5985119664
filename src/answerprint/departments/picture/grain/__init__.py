"""Noise and grain: measured, taken away, and put back."""
