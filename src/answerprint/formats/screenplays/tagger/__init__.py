"""Says what each line of a plain-text screenplay is: heading, action, cue, dialogue and the rest."""

from answerprint.formats.screenplays.tagger.tagging import DOUBTFUL, TAG_WORDS, TaggedLine, tag_lines

__all__ = ["DOUBTFUL", "TAG_WORDS", "TaggedLine", "tag_lines"]
