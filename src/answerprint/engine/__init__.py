"""Steps, their graph, the cache of what they made, and the workers that run them."""
