"""Quality control: what is broken in a finished picture, where, how badly, and by whose rule."""
