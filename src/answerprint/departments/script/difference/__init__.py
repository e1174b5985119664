"""Two revisions of a screenplay side by side: what changed for the story and for the production."""
