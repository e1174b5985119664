"""Finer pictures: registration, fusion, resampling."""
