"""Calls, conferences, queues, recordings and numbers: plain values, their states, and pure functions."""
