"""Where one shot becomes another."""
