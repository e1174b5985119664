"""`answerprint plan`: from a screenplay's breakdown to shooting days, money and boards."""

# Each import registers its file's commands.
from answerprint.cli.plan import boards, documents, money, prepare, schedule, talent
from answerprint.cli.plan.app import app

__all__ = ["app", "boards", "documents", "money", "prepare", "schedule", "talent"]
