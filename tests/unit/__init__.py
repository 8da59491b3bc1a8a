"""Tests without SIP."""
