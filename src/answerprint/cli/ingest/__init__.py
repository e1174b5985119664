"""`answerprint ingest`: from a card to the disk, with proof, and described for other programs."""

# Each import registers its file's commands.
from answerprint.cli.ingest import copying, describing, looking
from answerprint.cli.ingest.app import app

__all__ = ["app", "copying", "describing", "looking"]
