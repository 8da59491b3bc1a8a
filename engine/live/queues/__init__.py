"""Queues of live calls."""
