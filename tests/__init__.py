"""Tests, and the far ends that they talk to."""
