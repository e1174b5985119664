"""`answerprint script`: everything that is done with a screenplay alone."""

from answerprint.cli.script.app import app

__all__ = ["app"]
