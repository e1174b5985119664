"""Readers' notes on a screenplay: gathered from wherever they were written, grouped and summed up."""
