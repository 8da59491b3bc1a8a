"""Room on trunks for calls that go out: kept from the order of a call on, and taken until its dialog is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import SipError, TrunksFull
from engine.ports import DialRequest, LegId
from engine.routing.capacity import CapacityRefusal
from sip.trunks.choice import Way
from sip.trunks.loads import TrunkLoads


class TrunkFull(SipError):
    """A trunk carries as many calls as it may, or as many of an account as is fair."""

    def __init__(self, trunk: str, refusal: CapacityRefusal) -> None:
        super().__init__(f"Trunk {trunk} is full: no more {refusal.limit} for this account now.")
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class _Reservation:
    """Room for a call that was ordered: by the account on a trunk, and the ways among which that was found."""

    trunk: str
    account: str
    ways: Sequence[Way]


class OutboundRoom:
    """Gives calls room on trunks, one trunk at a time, and takes it back. Belongs to asyncio's thread."""

    def __init__(self, loads: TrunkLoads) -> None:
        self._loads = loads
        self._kept: dict[str, _Reservation] = {}
        self._taken: dict[LegId, tuple[str, str]] = {}

    def keep(self, request: DialRequest, ways: Sequence[Way]) -> None:
        """Keep room for a call until it is dialled or given up. Raises TrunksFull where no way has any."""
        faults = []
        for trunk in dict.fromkeys(way.trunk.name for way in ways if way.trunk is not None):
            try:
                self._begin(trunk, request)
            except TrunkFull as fault:
                faults.append(fault)
            else:
                self._kept[request.call_id] = _Reservation(trunk, request.account_id, ways)
                return
        if faults:
            again_after_s = min(fault.refusal.retry_after_s for fault in faults)
            raise TrunksFull(" ".join(map(str, faults)), again_after_s)

    def ways_of(self, request: DialRequest) -> Sequence[Way]:
        """The ways of a call for which room is kept; none for others."""
        kept = self._kept.get(request.call_id)
        return kept.ways if kept is not None else ()

    def give_up(self, call_id: str) -> None:
        """Free the room that is kept for a call, if it was not taken. Safe to repeat."""
        if (kept := self._kept.pop(call_id, None)) is not None:
            self._loads.end(kept.trunk, kept.account)

    def take(self, leg: LegId, way: Way, request: DialRequest) -> None:
        """Have a leg count until it has left. Raises TrunkFull."""
        if way.trunk is None:
            return
        trunk, kept = way.trunk.name, self._kept.get(request.call_id)
        if kept is not None and kept.trunk == trunk:
            del self._kept[request.call_id]
        else:
            self._begin(trunk, request)
        self._taken[leg] = (trunk, request.account_id)

    def leave(self, leg: LegId) -> None:
        """Free what a leg has taken, if anything."""
        if (taken := self._taken.pop(leg, None)) is not None:
            self._loads.end(*taken)

    def _begin(self, trunk: str, request: DialRequest) -> None:
        """Count a call. One to an emergency number passes every limit."""
        if not request.emergency and (refusal := self._loads.refusal(trunk, request.account_id)) is not None:
            raise TrunkFull(trunk, refusal)
        self._loads.begin(trunk, request.account_id)
