"""Guide voices: lines of a screenplay spoken by a program or a model of the user's."""
