"""Tests of the far ends themselves."""
