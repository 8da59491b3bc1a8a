"""Dials somebody and bridges two calls."""
