"""The breakdown: what every scene needs, proposed with its evidence, and people's answers to it."""

from answerprint.departments.script.breakdown.answers import Answer, answered, read_answers
from answerprint.departments.script.breakdown.breaking_down import break_down

__all__ = ["Answer", "answered", "break_down", "read_answers"]
