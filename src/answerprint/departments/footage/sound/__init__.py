"""What a recording holds before anybody understands it: levels, voices, claps."""
