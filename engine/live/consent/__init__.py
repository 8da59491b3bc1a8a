"""Asks the people on a call whether it may be recorded, and keeps out who has not agreed."""
