"""Asking customers' servers: for call flows, with status callbacks, for audio; signed, retried and written down."""
