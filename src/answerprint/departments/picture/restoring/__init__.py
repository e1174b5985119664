"""Old and damaged pictures restored: dirt, scratches, lost lines, flicker, weave, fields, faded dyes."""
