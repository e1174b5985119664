"""What is said, and how it stands to the screenplay."""
