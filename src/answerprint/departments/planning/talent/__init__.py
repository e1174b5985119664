"""Pure talent scheduling: the order of scenes for which the cast is paid least, solved and proved."""

from answerprint.departments.planning.talent.instance import Instance
from answerprint.departments.planning.talent.instance_file import read_instance, read_text
from answerprint.departments.planning.talent.solving import Solution, solve

__all__ = ["Instance", "Solution", "read_instance", "read_text", "solve"]
