"""Recordings in an object store: what may be set, what is asked of it, and how they get there and out again."""
