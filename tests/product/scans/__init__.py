"""Scanners against a node with its defaults, and what they learn."""
