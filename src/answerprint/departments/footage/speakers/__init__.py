"""Who spoke when: turns with their overlaps, and one voice across files."""
