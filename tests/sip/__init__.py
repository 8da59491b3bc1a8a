"""Real SIP over loopback."""
