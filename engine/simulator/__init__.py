"""Runs call flows without a telephone, on time that is never waited for."""
