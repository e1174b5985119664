"""`answerprint picture`: colour matched to a hero, grades applied."""

from answerprint.cli.picture import apply, match  # each import registers its file's commands
from answerprint.cli.picture.app import app

__all__ = ["app", "apply", "match"]
