"""Admission control: a node that has more calls to set up than it can refuses new ones at once."""
