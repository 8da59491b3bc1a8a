"""The gate between the SIP user agent and the switchboard, through which calls come in."""

from engine.aio.tasks import BackgroundTasks
from engine.live.switchboard import Switchboard
from engine.ports import Cause, DialRefused, InboundCall, Leg
from sip.leg import SipLeg


class InboundGate:
    """Hands calls that come in to the switchboard; before that is open, INVITEs are told to try again."""

    def __init__(self) -> None:
        self._switchboard: Switchboard | None = None
        self._refusals = BackgroundTasks("door")

    def open_to(self, switchboard: Switchboard) -> None:
        self._switchboard = switchboard

    def close(self) -> None:
        self._switchboard = None

    def __call__(self, leg: SipLeg, arrival: InboundCall) -> None:
        if self._switchboard is not None:
            self._switchboard.arrive(leg, arrival)
            return
        self._refusals.begin(_refuse(leg))

    def again_after_s(self) -> int | None:
        """After how many seconds another call may come in, None if one may now; on any thread."""
        switchboard = self._switchboard
        return None if switchboard is None else switchboard.again_after_s()

    def refused(self, refused: DialRefused) -> None:
        """An INVITE was refused before it became a leg."""
        if self._switchboard is not None:
            self._switchboard.note_refused(refused)


async def _refuse(leg: Leg) -> None:
    await leg.hang_up(Cause.UNAVAILABLE)
