"""Calls in progress: sessions, what verbs do on them, conferences, and the switchboard that places and takes them."""
