"""The time limit of a call: it is hung up so many seconds after its answer."""

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.ports import Clock

if TYPE_CHECKING:
    from engine.live.session.session import Session


def limit_time(session: "Session", clock: Clock, limit_s: int) -> None:
    """Let a live call end so many seconds after its answer, whatever was asked before."""
    session.journal.set(options=replace(session.call.options, time_limit_s=limit_s))
    if session.answered.is_set():
        session.beside.begin(end_in_time(session, clock))


async def end_in_time(session: "Session", clock: Clock) -> None:
    """Hang a call up once it has talked for as long as it may by then; nothing happens where that has no limit."""
    while (left_s := _left_s(session)) is not None:
        if left_s > 0:
            await clock.sleep(left_s)
            continue
        if not session.is_ending:
            session.note_event("time_limit", seconds=session.call.options.time_limit_s)
            await session.hang_up()
        return


def _left_s(session: "Session") -> float | None:
    """Seconds that it may talk on, of the call that it is now; None for no limit."""
    limit_s = session.call.options.time_limit_s
    return None if limit_s is None else limit_s - session.journal.answered_for_s
