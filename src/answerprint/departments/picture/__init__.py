"""The picture department: colour matched as an operation, measured, shown on scopes."""
