"""`answerprint plan`: from a screenplay's breakdown to shooting days, money and boards."""

from answerprint.cli.plan.app import app

__all__ = ["app"]
