"""What is wrong with a trunk, told from what was tried on it: plain data and pure functions."""
