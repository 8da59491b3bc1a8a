"""Measurements: each runs in minutes, on loopback, and writes its figures to bench/results/."""
