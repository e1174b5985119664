"""From a card to the disk: what is on it, copied with proof, described for other programs."""
