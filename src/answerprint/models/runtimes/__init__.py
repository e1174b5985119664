"""What runs the models of the shelf."""
