"""The SIP user agent, as the engine sees it: dials, hands over legs that come in, has the bridge."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Self

import structlog

from engine.aio.tasks import BackgroundTasks
from engine.errors import LegGone, SetupError, SipError
from engine.model.call import Direction
from engine.model.refusal import RefusalRule
from engine.model.room_link import RoomLink
from engine.model.route import TrunkRoute
from engine.model.sip_message import SipMessage
from engine.model.stir import SignedCall
from engine.model.trunk import HoldStyle, Trunk
from engine.model.trunk.costs import Costs
from engine.model.trunk.reachability import TrunkChange, TrunkReachability
from engine.ports import CallerSigned, DialRefused, DialRequest, HungUp, InboundCall, LegEvent, LegId, Queued
from engine.routing.capacity import CallsNow
from engine.routing.trunk_figures import TrunkFigures, TrunkMeter
from engine.routing.trunk_shares import LimitInUse, ShareOf
from engine.stir.verification import CallerVerifier
from sip.config import SipConfig
from sip.dns.records import NameServers
from sip.dns.server_names import server_names
from sip.dns.wanted_names import WantedNames
from sip.door_keeper import DoorKeeper
from sip.gate import NoteRefusal
from sip.held_ports import PortWatch
from sip.inbound_calls import AgainAfter, OnIncoming, OnRefused, at_any_time, noted_by_nobody
from sip.leg import SipLeg
from sip.media.bridge import SipBridge
from sip.media.connections import MediaConnections
from sip.message_trace import DialogChains, messages_of
from sip.stack import SipStack
from sip.streams.streams import SipStreams
from sip.thread import SipThread
from sip.trunks.account import Registration
from sip.trunks.call_signing import CallSigning
from sip.trunks.call_verification import CallVerification
from sip.trunks.caller_identity import warning_of
from sip.trunks.choice import Way
from sip.trunks.failover_leg import FailoverLeg, NoAddress
from sip.trunks.loads import TrunkLoads
from sip.trunks.outbound_room import OutboundRoom
from sip.trunks.outbound_ways import OutboundWays, located
from sip.trunks.sources import Address, addresses_of
from sip.trunks.uris import hops_of, uri_hop

log = structlog.get_logger(__name__)

LOOK_S = 1.0  # between two looks at far ends that may have fallen silent


class UserAgent:
    """The SIP user agent as the engine sees it: dials, and hands over calls that come in.

    Implements engine.ports.Dialer, engine.ports.SipTrace and sip.stack.Listener; every method runs in asyncio's thread.
    Inbound legs are handed to `on_incoming`, refused INVITEs to `on_refused`; each refusal to `note_refusal`, on the
    SIP thread; what strangers were refused is the `door`'s news.
    """

    def __init__(
        self,
        config: SipConfig,
        thread: SipThread,
        on_incoming: OnIncoming,
        on_refused: OnRefused | None = None,
        again_after: AgainAfter = at_any_time,
        note_refusal: NoteRefusal = noted_by_nobody,
        name_servers: NameServers | None = None,
        verifier: CallerVerifier | None = None,
    ) -> None:
        self._thread = thread
        self.names = server_names(config.family, name_servers)
        self._meters = defaultdict[str, TrunkMeter](lambda: TrunkMeter(config.seizure_rule))
        self._ways = OutboundWays(self.names.located, self._meters)
        self._signing = CallSigning()
        self._country = config.country
        self._verification = CallVerification(verifier, config.country)
        self._in_use = asyncio.Lock()
        self._loads = TrunkLoads(Direction.OUTBOUND)
        self._room = OutboundRoom(self._loads)
        self._on_incoming = on_incoming
        self._on_refused = on_refused
        self._note_refusal = note_refusal
        self._chains = DialogChains(config.trace_calls)
        self._ids = count(1)
        self._legs: dict[LegId, SipLeg] = {}
        self._beside = BackgroundTasks("user agent")
        self._switch = MediaConnections()
        self._wanted = WantedNames(self.names.find, thread, self._beside)
        self._stack = SipStack(config, self._ids, self._switch, thread, self, again_after, note_refusal)
        self.door = DoorKeeper(thread, self._stack.door)
        self.room_for_calls = self._stack.dialogs.room_for_calls
        self._ports = PortWatch(config.everywhere.values(), self._stack.dialogs.room, self._stack.dialogs.__len__)
        self.streams = SipStreams(self._switch, thread)
        self.bridge = SipBridge(self._switch, self._stack.dialogs.fax, thread, config.rate_hz)

    @classmethod
    async def start(
        cls,
        config: SipConfig,
        on_incoming: OnIncoming,
        on_refused: OnRefused | None = None,
        again_after: AgainAfter = at_any_time,
        trunks: Sequence[Trunk] = (),
        note_refusal: NoteRefusal = noted_by_nobody,
        name_servers: NameServers | None = None,
        verifier: CallerVerifier | None = None,
    ) -> Self:
        """Raises SetupError when a port is taken, or a setting or a trunk does not fit the library.

        Names of hosts are asked of `name_servers`; without any, of those of this machine. `verifier` judges who calls
        by trunks that want it.
        """
        thread = SipThread()
        agent = cls(config, thread, on_incoming, on_refused, again_after, note_refusal, name_servers, verifier)
        await thread.start(agent._stack.open, agent._stack.close, agent._each_turn)
        agent._beside.begin(agent._look_for_silence())
        agent._beside.begin(agent._ports.run())
        if faults := await agent.use_trunks(trunks):
            await agent.close()
            raise SetupError(" ".join(f"Trunk {name}: {fault}" for name, fault in faults.items()))
        agent._beside.begin(agent._renew_names())
        return agent

    def commands(self) -> Queued:
        """What the SIP thread has still to take; on any thread."""
        return self._thread.commands

    def events(self) -> Queued:
        """What the SIP thread has told and asyncio's has still to take; on any thread."""
        return self._thread.events

    async def close(self) -> None:
        """End all calls and the SIP thread, also where whoever waits for that is cancelled."""
        try:
            await self._beside.close()
        finally:
            self.streams.close()
            self.bridge.close()
            await self._thread.close()

    def reserve(self, request: DialRequest) -> None:
        with suppress(SipError):  # that there is no way at all is told when it is dialled
            self._room.keep(request, self._ways.of(request))

    def release(self, call_id: str) -> None:
        self._room.give_up(call_id)

    async def dial(self, request: DialRequest) -> SipLeg | FailoverLeg:
        if request.link is not None:
            return await self._link(request, request.link)
        ways = self._room.ways_of(request) or self._ways.of(request)
        if ways[0].trunk is None:
            return await self._place(await located(ways[0], self.names.find, request.reachable), request)
        warn = partial(warning_of, home=self._country)
        leg = FailoverLeg(request, ways, partial(self._try, []), self._ways.hold, self._meters.__getitem__, warn)
        try:
            await leg.dial()
        finally:
            self.release(request.call_id)
        return leg

    async def exchange(self, leg: LegId, other: LegId, then: Callable[[], None]) -> None:
        one, two = self._in_place(leg), self._in_place(other)
        await self._thread.run(
            lambda: self._stack.exchange(one.dialog.number, two.dialog.number, partial(self._exchanged, one, two, then))
        )

    async def use_trunks(self, trunks: Sequence[Trunk]) -> Mapping[str, str]:
        """Speak to these trunks from now on, and to no other; what stands in the way of one, by its name.

        Calls in progress go on, also by those that are gone.
        """
        await self.names.use({hop for trunk in trunks for hop in hops_of(trunk)})
        async with self._in_use:
            unproved = {**await self._signing.use(trunks), **self._verification.use(trunks)}
            usable = [trunk for trunk in trunks if trunk.name not in unproved]
            faults = {**unproved, **await self._speak_to(usable)}
            self._ways.trunks = tuple(trunk for trunk in trunks if trunk.name not in faults)
            self._loads.use(self._ways.trunks)
        return faults

    async def use_nodes(self, nodes: frozenset[Address]) -> None:
        """Hear these addresses as those of nodes of ours, which prove that in each link's INVITE."""
        await self._thread.run(lambda: self._stack.door.use_nodes(nodes))

    def use_routes(self, routes: Sequence[TrunkRoute]) -> None:
        """Choose trunks by these routes from now on; without any, every trunk carries every call."""
        self._ways.routes = tuple(routes)

    def use_costs(self, costs: Mapping[str, Costs]) -> None:
        """Choose the cheapest of trunks, by their names, from now on by what they cost."""
        self._ways.costs = costs

    def full_trunks(self) -> frozenset[str]:
        """The trunks by which as many calls go out as may."""
        return self._loads.full()

    async def trunk_limits_in_use(self) -> Mapping[ShareOf, LimitInUse]:
        """What is used of the limits of all trunks, each way."""
        inbound = await self._thread.run(self._stack.inbound_in_use)
        return {**inbound, **self._loads.in_use()}

    async def share_trunks(self, shares: Mapping[ShareOf, int]) -> None:
        """Keep to these shares of the limits from now on; other nodes have the rest."""
        self._loads.share(shares)
        await self._thread.run(lambda: self._stack.share_inbound(shares))

    async def register(self, *, wanted: bool) -> None:
        await self._thread.run(lambda: self._stack.register(wanted=wanted))

    async def shared_registrations(self) -> frozenset[str]:
        """The trunks, by their names, with which one of the nodes behind a proxy is to register."""
        return await self._thread.run(self._stack.shared_registrations)

    async def hold_registrations(self, names: frozenset[str]) -> None:
        """Register with these of them, and leave the others to other nodes."""
        await self._thread.run(lambda: self._stack.hold_registrations(names))

    async def registrations(self) -> Mapping[str, Registration]:
        """How registrations stand, by the names of the trunks that are enabled."""
        return await self._thread.run(self._stack.registrations)

    async def reachability(self) -> Mapping[str, TrunkReachability]:
        """Whether trunks answer, by the names of those that are enabled."""
        return await self._thread.run(self._stack.reachability)

    async def take_trunk_changes(self) -> Sequence[TrunkChange]:
        """What has changed of trunks since it was last asked, oldest first."""
        return await self._thread.run(self._stack.take_trunk_changes)

    async def trunk_calls(self) -> Mapping[str, CallsNow]:
        """The calls at once of each trunk, by its name; those without any are left out."""
        inbound, outbound = await self._thread.run(self._stack.trunk_calls), self._loads.calls_now()
        return {name: CallsNow(outbound.get(name, 0), inbound.get(name, 0)) for name in {*inbound, *outbound}}

    def trunk_figures(self, name: str) -> TrunkFigures:
        """How a trunk has carried the calls that went out by it."""
        return self._meters[name].figures(time.monotonic())

    async def hold(self, leg: LegId, *, held: bool) -> None:
        """Put the far end of a leg on hold by a re-INVITE, or take it from there. Raises LegGone."""
        await self._thread.run(lambda: self._stack.dialogs.hold(leg, held=held, style=HoldStyle.SENDONLY))

    async def strays(self) -> int:
        """How many calls the library holds that are no leg of ours; there should be none."""
        return await self._thread.run(self._stack.strays)

    async def calls_in_words(self) -> Sequence[str]:
        """Each call that the library holds, for who looks for a stray."""
        return await self._thread.run(self._stack.calls_in_words)

    async def messages(self, sip_call_id: str) -> Sequence[SipMessage]:
        return await self._thread.run(lambda: messages_of(self._chains.of(sip_call_id)))

    def arrived(self, leg: LegId, sip_call_id: str, arrival: InboundCall) -> None:
        inbound = self._leg(leg, f"peer {arrival.source}")
        inbound.identify(sip_call_id)
        if arrival.replaces is not None and (replaced := self._legs.get(arrival.replaces)) is not None:
            arrival = replace(arrival, replaces=replaced.id)
        if arrival.signed is None:
            self._on_incoming(inbound, arrival)
        else:
            self._beside.begin(self._verify(inbound, arrival, arrival.signed))

    def happened(self, leg: LegId, event: LegEvent) -> None:
        if (told := self._legs.get(leg)) is None:
            return  # its end has been told already
        told.deliver(event)
        if isinstance(event, HungUp):
            del self._legs[leg]
            self._room.leave(leg)

    def refused(self, refused: DialRefused) -> None:
        if self._on_refused is not None:
            self._on_refused(refused)

    def _exchanged(self, one: SipLeg, other: SipLeg, then: Callable[[], None]) -> None:
        here, there = one.dialog, other.dialog
        self._legs |= {there.number: one, here.number: other}
        one.become(there)
        other.become(here)
        then()

    def _in_place(self, leg: LegId) -> SipLeg:
        if (found := next((each for each in self._legs.values() if each.id == leg), None)) is None:
            raise LegGone(f"leg {leg} is over")
        return found

    def _each_turn(self) -> None:
        self._switch.tell_ended()
        self._wanted.look()

    async def _verify(self, leg: SipLeg, arrival: InboundCall, signed: SignedCall) -> None:
        """Hand a call over once it is known who calls, or refuse it."""
        judged = await self._verification.judge(arrival, signed)
        if judged.refusal is None:
            self._on_incoming(leg, judged.arrival)
            return
        self._note_refusal(RefusalRule.CALLER, arrival.source, arrival.called)
        self.refused(judged.refusal)
        with suppress(LegGone):  # the caller may have given up meanwhile
            await leg.refuse(judged.refusal.sip_code)

    async def _try(self, before: list[str], way: Way, request: DialRequest) -> SipLeg:
        leg = await self._place(way, request)
        self._chains.add(before, leg.sip_call_id)
        return leg

    async def _speak_to(self, trunks: Sequence[Trunk]) -> Mapping[str, str]:
        addresses, located = addresses_of(trunks, self.names.located), self.names.all()
        return await self._thread.run(lambda: self._stack.use_trunks(trunks, addresses, located))

    async def _place(self, way: Way, request: DialRequest) -> SipLeg:
        if way.fault:
            raise NoAddress(way.fault)
        await request.before_invite()
        proof = self._signing.proof(request, way.trunk, datetime.now(UTC))
        request = replace(request, headers=(*proof.headers, *request.headers))
        leg = self._leg(LegId(next(self._ids)), way.via)
        if proof.attestation is not None:
            leg.deliver(CallerSigned(proof.attestation))
        try:
            self._room.take(leg.id, way, request)
            leg.identify(await self._thread.run(lambda: self._stack.call(leg.id, way, request)))
        except SipError:
            self._legs.pop(leg.id, None)
            self._room.leave(leg.id)
            raise
        return leg

    async def _link(self, request: DialRequest, link: RoomLink) -> SipLeg:
        """Dial another node, past all trunks and routes."""
        way = Way(request.target, "another node", hop=uri_hop(request.target))
        leg = self._leg(LegId(next(self._ids)), way.via)
        try:
            leg.identify(await self._thread.run(lambda: self._stack.call_node(leg.id, way, request, link)))
        except SipError:
            self._legs.pop(leg.id, None)
            raise
        return leg

    def _leg(self, leg: LegId, via: str) -> SipLeg:
        self._legs[leg] = SipLeg(leg, via, self._stack.dialogs, self._thread)
        return self._legs[leg]

    async def _renew_names(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            if await self.names.renew():
                async with self._in_use:
                    await self._speak_to(self._ways.trunks)

    async def _look_for_silence(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                self._ways.left_alone = await self._thread.run(lambda: self._stack.look(time.monotonic()))
            except SipError as error:
                log.error("not_looked_for_silence", reason=str(error))
