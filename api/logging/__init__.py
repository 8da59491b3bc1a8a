"""Logs: one line an event, on standard error and in files."""
