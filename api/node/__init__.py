"""Puts a node together from its settings."""
