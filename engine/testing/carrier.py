"""The telephone network without SIP: brings calls in, and takes INVITEs to whom they are for."""

from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

from engine.aio.change_notifier import ChangeNotifier
from engine.errors import SipError, TrunksFull
from engine.ports import Clock, DialRequest, InboundCall, Leg, LegId
from engine.testing.bridge import FakeBridge
from engine.testing.far_end import PATIENCE_S, FarEnd
from engine.testing.leg import FakeLeg


class Door(Protocol):
    """Takes calls that come in."""

    def arrive(self, leg: Leg, arrival: InboundCall) -> None: ...


class FakeCarrier:
    """A carrier that takes calls and brings them. Calls to numbers in `unreachable` can't be sent at all."""

    def __init__(self, bridge: FakeBridge, clock: Clock) -> None:
        self.network_s = 0.0
        """How long what we command takes to reach a far end."""
        self.found_after_s = 0.0
        """How long it takes to find out where an INVITE is sent."""
        self.unreachable: set[str] = set()
        self.is_full = False
        """Whether no trunk has room for another call."""
        self.reserved: set[str] = set()
        """The calls for which room is kept."""
        self.registered = True
        """Whether trunks may send calls here."""
        self.far_ends: list[FarEnd] = []
        """All who called or were called, in order."""
        self.invites: list[DialRequest] = []
        """All that were sent, in order."""
        self.listeners: list[Callable[[FarEnd], None]] = []
        """Told of everybody who is called."""
        self._bridge = bridge
        self._clock = clock
        self._ids = count(1)
        self._ringing: dict[str, list[FarEnd]] = {}
        self._invited = ChangeNotifier()

    def reserve(self, request: DialRequest) -> None:
        if self.is_full:
            raise TrunksFull("Trunk default is full.", 10)
        self.reserved.add(request.call_id)

    async def register(self, *, wanted: bool) -> None:
        self.registered = wanted

    def release(self, call_id: str) -> None:
        self.reserved.discard(call_id)

    async def exchange(self, leg: LegId, other: LegId, then: Callable[[], None]) -> None:
        raise SipError(f"Leg {other} can't take the place of leg {leg}: nobody hands calls over here.")

    async def dial(self, request: DialRequest) -> Leg:
        await self._clock.sleep(self.found_after_s)
        if request.target in self.unreachable:
            raise SipError(f"INVITE to {request.target} could not be sent: there is no trunk.")
        await request.before_invite()
        await self._clock.sleep(self._bridge.crossing_s)
        self.invites.append(request)
        called = self._far_end(request.target, request)
        self._ringing.setdefault(request.target, []).append(called)
        self._invited.ring()
        for listener in self.listeners:
            listener(called)
        return called.leg

    def brings(self, called: str, caller: str, switchboard: Door, **said: Any) -> FarEnd:
        """A call comes in from somebody; `said` is what else its INVITE tells, by the names of InboundCall."""
        far_end = self._far_end(caller, None)
        switchboard.arrive(far_end.leg, InboundCall(called, caller, "192.0.2.1:5060", **said))
        return far_end

    async def invited(self, target: str) -> FarEnd:
        """Wait until somebody is called; each call of the same number is given once."""
        end = self._clock.monotonic() + PATIENCE_S
        while not self._ringing.get(target):
            left_s = end - self._clock.monotonic()
            if left_s <= 0:
                raise AssertionError(f"{target} was never called, but {[each.target for each in self.invites]}.")
            await self._invited.wait(left_s)
        return self._ringing[target].pop(0)

    def _far_end(self, number: str, request: DialRequest | None) -> FarEnd:
        leg = FakeLeg(
            LegId(next(self._ids)), self._clock, request=request, on_live=self._live, on_over=self._over,
            network_s=self.network_s,
        )  # fmt: skip
        far_end = FarEnd(number, leg, self._bridge, self._clock)
        self.far_ends.append(far_end)
        return far_end

    def _live(self, leg: LegId) -> None:
        with self._bridge.changing():
            self._bridge.mix.legs.add(leg)
            self._bridge.mix.talking.add(leg)

    def _over(self, leg: LegId) -> None:
        with self._bridge.changing():
            self._bridge.mix.drop_leg(leg)
