"""Match cuts: moments of different shots whose subjects stand, look or move alike."""
