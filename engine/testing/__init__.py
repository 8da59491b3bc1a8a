"""Fakes of all that is outside the engine: calls really run, without a telephone, on time that is never waited for."""
