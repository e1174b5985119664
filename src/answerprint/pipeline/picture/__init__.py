"""Pictures matched and graded: files opened, read by the picture department, and written."""
