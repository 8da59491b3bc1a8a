"""Encryption of recordings at rest: bytes in, bytes out."""
