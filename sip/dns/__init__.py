"""Where a SIP server is found by its domain's name (RFC 3263)."""
