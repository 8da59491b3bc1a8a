"""Bans of sources of SIP as JSON, read and written."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from api.http.json_fields import moment_text
from engine.errors import InvalidField
from engine.model.ban import BanReason, Holder, SourceBan, holder_of

DEFAULT_S: Final = 86400


def ban_json(ban: SourceBan) -> dict[str, Any]:
    """A ban, as whoever asks for bans is told."""
    return {
        "source": str(ban.source),
        "reason": ban.reason,
        "times": ban.times,
        "since": moment_text(ban.since),
        "until": moment_text(ban.until),
    }


def read_source(written: str) -> Holder:
    """Raises InvalidField."""
    try:
        return holder_of(written)
    except ValueError as error:
        raise InvalidField("source", f"{written!r} can't be banned: {error}.") from None


def new_ban(given: Mapping[str, Any], now: datetime) -> SourceBan:
    """A ban by hand. Raises InvalidField."""
    until = now + timedelta(seconds=given.get("seconds", DEFAULT_S))
    return SourceBan(read_source(str(given["source"])), BanReason.BY_HAND, 1, now, until)
