"""Ways to run a graph's tasks, behind one contract (engine/tasks.py), with identical results."""
