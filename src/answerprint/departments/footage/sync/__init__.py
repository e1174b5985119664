"""Which recording belongs to which picture, and where."""
