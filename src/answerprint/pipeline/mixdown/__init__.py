"""A timeline mixed: stems, printmaster, M&E, and a hand-over that opens in the mixer's own software."""
