"""Calls in progress: sessions, what verbs do on them, rooms, and the desk that places and takes them."""
