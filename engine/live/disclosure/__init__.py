"""Tells the people on a call that a program speaks, before it does, and lets nobody hear it who was not told."""
