"""How a shot was taken: exposure, colour, sharpness, movement."""
