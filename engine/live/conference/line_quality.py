"""Looks after the lines of who is in a room: how good they are, and whether that changes."""

from collections.abc import Callable, Sequence
from typing import Final

from engine.errors import SipError
from engine.live.conference.member import Member
from engine.model.quality import Satisfaction, quality_of, since
from engine.ports import Bridge, Clock, RtpStats
from engine.webhooks.payloads.line import line_facts

_LOOK_AGAIN_S: Final = 10.0
"""Also how often a line's change is told at most."""


async def watch_lines(
    bridge: Bridge, clock: Clock, members: Callable[[], Sequence[Member]], conference_id: str
) -> None:
    """Note on a member's call when its line has become better or worse; for ever, or until the bridge ends."""
    before: dict[str, RtpStats] = {}
    found: dict[str, Satisfaction] = {}
    while True:
        await clock.sleep(_LOOK_AGAIN_S)
        for member in members():
            who = member.participant.id
            try:
                now = await bridge.figures(member.leg)
            except SipError:
                return
            if now is None:
                continue
            if (last := before.get(who)) is not None:
                recent = since(last, now)
                satisfaction = quality_of(recent).satisfaction
                if satisfaction is not found.get(who, Satisfaction.GOOD):
                    member.session.journal.note_event("line_quality", conference=conference_id, **line_facts(recent))
                found[who] = satisfaction
            before[who] = now
