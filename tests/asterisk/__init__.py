"""Asterisk as trunk and as phone network."""
