"""Failures of a speech server. Each text names the server, without its key, and what to do."""

from tts.pool import PoolError


class ServerFailed(PoolError):
    """The server did not speak: it is away, refuses everybody, or answers with what is no speech."""


class TextRefused(PoolError):
    """The server lives, but will not say this text."""


class ServerResting(PoolError):
    """The server was not asked, as it failed again and again; that was logged when it did."""
