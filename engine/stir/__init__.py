"""Signed caller identity (STIR: RFC 8224, RFC 8225, RFC 8226, RFC 8588): signing it, and verifying it."""
