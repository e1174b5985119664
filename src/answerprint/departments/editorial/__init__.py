"""Editorial: takes compared line by line, and the rough cut assembled from them, every choice explained."""
