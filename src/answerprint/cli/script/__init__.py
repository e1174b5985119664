"""`answerprint script`: everything that is done with a screenplay alone."""

# Each import registers its file's commands.
from answerprint.cli.script import analysis, breakdown, comparison, pages, reading, revisions, tagging
from answerprint.cli.script.app import app

__all__ = ["analysis", "app", "breakdown", "comparison", "pages", "reading", "revisions", "tagging"]
