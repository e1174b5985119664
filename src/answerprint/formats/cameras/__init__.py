"""What cameras and recorders leave on a card, and what offload programs write about it."""
