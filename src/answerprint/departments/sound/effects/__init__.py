"""Sound effects: what a file holds, what it is called, what is like it, what is the same."""
