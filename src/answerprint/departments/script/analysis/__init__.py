"""What a screenplay is like, measured: each finding with its passages and its threshold."""
