"""Recordings under way: what they hear, when they pause, how they end and who is told."""
