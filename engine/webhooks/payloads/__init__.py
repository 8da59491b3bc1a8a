"""Payloads of webhooks, under the names that are widespread in the field."""
