"""The breakdown: what every scene needs, proposed with its evidence, and people's answers to it."""

from answerprint.departments.script.breakdown.breaking_down import proposed as break_down

__all__ = ["break_down"]
