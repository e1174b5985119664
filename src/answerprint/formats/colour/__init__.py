"""Files of grades."""
