"""The SIP stack: the library's endpoint, its accounts and all dialogs, as the SIP thread sees them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

import pjsua2 as pj

from config.settings import SipTransport
from engine.errors import SetupError, SipError
from engine.model.call import Direction
from engine.model.refusal import RefusalRule
from engine.model.room_link import RoomLink
from engine.model.storable import storable
from engine.model.trunk import AddressFamily, EarlyMedia, Transport, Trunk
from engine.model.trunk.reachability import TrunkChange, TrunkReachability
from engine.ports import DialRefused, DialRequest, InboundCall, LegEvent, LegId
from engine.routing.trunk_shares import LimitInUse, ShareOf
from sip.config import SipConfig
from sip.connections import ConnectionWatch
from sip.deliveries import hiding_early_media, noting_the_end, telling_tls_faults
from sip.description import Carried
from sip.dialog import Deliver
from sip.dialogs import Dialogs
from sip.dns.host_leads import HostLeads
from sip.dns.located import Hop, Located
from sip.endpoint import carried_codecs, open_endpoint, open_transport
from sip.extensions import extensions_of, wants_early_offer
from sip.front_door import FrontDoor
from sip.gate import Addressee, Gate, NoteRefusal
from sip.handed_headers import handed_headers
from sip.handed_over import transport_of
from sip.inbound_calls import AgainAfter
from sip.media.connections import MediaConnections
from sip.media.leg_places import LegPlaces
from sip.message import Message, read_message
from sip.message_trace import keep_trace, open_trace
from sip.outsiders import Outsiders
from sip.patience import Patience
from sip.requests import StatelessResponse, answer_to_stranger, trunk_is_full
from sip.room_links import LINK_OFFERING, LINK_SILENCE_S, RoomLinks, secure_uri
from sip.status import q850
from sip.taking_over import TakingOver
from sip.thread import SipThread
from sip.trunks.account import Registration, SipAccount
from sip.trunks.accounts import TrunkAccounts
from sip.trunks.arrival import arrival_of
from sip.trunks.call_terms import follower, offering_of, told_headers
from sip.trunks.caller_identity import caller_headers
from sip.trunks.choice import Way
from sip.trunks.guests import PerCallCredentials
from sip.trunks.loads import TrunkLoads
from sip.trunks.origins import CallOrigins
from sip.trunks.sent_headers import sent_headers
from sip.trunks.sources import Addresses
from sip.trunks.tls_clients import TlsClients


class Listener(Protocol):
    """The stack's listener, who is told what happens, in asyncio's thread and in the order in which it happened."""

    def arrived(self, leg: LegId, sip_call_id: str, arrival: InboundCall) -> None:
        """An INVITE has come in that may be answered."""

    def happened(self, leg: LegId, event: LegEvent) -> None: ...

    def refused(self, refused: DialRefused) -> None:
        """An INVITE was refused before it became a leg."""


class SipStack:
    """Opens the endpoint, sends and takes INVITEs. Every method runs on the SIP thread."""

    def __init__(
        self,
        config: SipConfig,
        ids: Iterator[int],
        switch: MediaConnections,
        thread: SipThread,
        listener: Listener,
        again_after: AgainAfter,
        note_refusal: NoteRefusal,
    ) -> None:
        """`ids` number the legs that come in; others may take from it on another thread.

        `again_after` tells when another call may come in; `note_refusal` is told of each that may not.
        """
        self._config = config
        self._ids = ids
        self._switch = switch
        self._thread = thread
        self._listener = listener
        self._places = LegPlaces(switch)
        self.dialogs = Dialogs(thread, self._places, config.everywhere, config.rtp_silence_s)
        self._taking_over = TakingOver(self.dialogs)
        self._leads = HostLeads()
        self._loads = TrunkLoads(Direction.INBOUND)
        self._accounts = TrunkAccounts(
            config, self.dialogs.uses, self._invited, lambda: datetime.now(UTC), self._leads, TlsClients(config)
        )
        self._guests = PerCallCredentials(config, self.dialogs.uses)
        self._note_refusal = note_refusal
        self.door = FrontDoor(config, self._accounts)
        self._origins = CallOrigins(config, self._accounts, self.door)
        self._links = RoomLinks(config.link_secret)
        self._to_strangers = answer_to_stranger(refused=config.strangers.are_refused)
        self._gate = Gate(
            self._origins.is_unknown,
            self.dialogs.pressed,
            self._turned_away,
            again_after,
            self._called_as,
            note_refusal,
            self.dialogs.narrowed,
            self._taking_over.answer,
            self._origins.asking,
            self.dialogs.trunk_of,
            self._to_strangers,
        )
        self._outsiders = Outsiders(self._origins.of_outsider, self.dialogs.trunk_of, self.dialogs.intruded)
        self._connections = ConnectionWatch()
        self._carried = Carried(frozenset())
        self._listening = {SipTransport(each) for each in config.listening.transports}

    def open(self) -> pj.Endpoint:
        """Raises SetupError when a port is taken or a setting does not fit the library."""
        endpoint = open_endpoint(self._config)
        open_trace(self._config.trace_calls)
        pj.believe_proxies(pj.StringVector([str(each) for each in self._config.proxies]))
        self._accounts.open()
        self._carried = Carried(carried_codecs(endpoint, self._config))
        self._gate.stand(self._carried)
        self.door.open()
        self._outsiders.stand()
        return endpoint

    def close(self) -> bool:
        """Hang up and let go of everything; whether a far end has still to answer."""
        self._gate.close()
        answers_awaited = self._accounts.any_registered() or self.dialogs.any_live()
        self._switch.close()
        pj.Endpoint.instance().hangupAllCalls()
        pj.Endpoint.instance().libHandleEvents(50)
        self.dialogs.close()
        self._guests.close()
        self._accounts.close()
        return answers_awaited

    def use_trunks(
        self, trunks: Sequence[Trunk], addresses: Addresses, located: Mapping[Hop, Located]
    ) -> Mapping[str, str]:
        """Speak to these from now on; what stands in the way of one, by its name. Calls in progress go on."""
        self._leads.lead(located)
        faults, usable = {}, []
        for trunk in trunks:
            try:
                self._listen(SipTransport(trunk.transport.value))
            except SetupError as error:
                faults[trunk.name] = str(error)
            else:
                usable.append(trunk)
        self._loads.use(usable)
        faults |= self._accounts.use(usable, addresses)
        self.door.know()
        return faults

    def call(self, leg: LegId, way: Way, request: DialRequest) -> str:
        """Send INVITE; returns the Call-ID. Raises SipError."""
        version = way.family or self._config.listening.family
        if (listening := self._config.everywhere.get(version)) is None:
            raise SipError(f"{way.host or way.uri} is reached over {version.words}, on which SIP does not listen here.")
        caller = caller_headers(request, way.trunk, listening.towards(way.trunk))
        if way.trunk is not None and not self._carried.among(way.trunk.codecs).codecs:
            raise SipError(f"The codecs of trunk {way.trunk.name} are none of TELEFOON_CODECS.")
        headers = sent_headers(request, way.trunk, caller, way.uri, listening)
        said = replace(request, headers=tuple(headers))
        account, patience = self._account_for(way, request, version), self._patience(way)
        deliver = self._taking_over.noting_the_end(self._to(leg), leg, way.trunk)
        if way.hop is not None and way.hop.transport is Transport.TLS:
            pj.forget_tls_fault(way.hop.host)
            deliver = telling_tls_faults(deliver, way.hop.host)
        if way.trunk is not None and way.trunk.early_media is EarlyMedia.IGNORED:
            deliver = hiding_early_media(deliver)
        goes_to, offering = follower(way.trunk, request, deliver), offering_of(way.trunk)
        told = told_headers(way.trunk)
        with self._leads.only(way.hop, way.address) if way.hop and way.address else nullcontext():
            return self.dialogs.call(
                account, leg, way.uri, caller.from_address, said, deliver, patience, goes_to, offering, told
            )

    def call_node(self, leg: LegId, way: Way, request: DialRequest, link: RoomLink) -> str:
        """Send the INVITE of a link to another node; returns the Call-ID. Raises SipError."""
        if (listening := self._config.everywhere.get(way.family or self._config.listening.family)) is None:
            raise SipError(f"{way.uri} is reached over an IP version on which SIP does not listen here.")
        sip_call_id, header = self._links.invite(link)
        return self.dialogs.call(
            self._accounts.linking(listening.family),
            leg,
            secure_uri(way.uri) if self._config.links_are_secure else way.uri,
            f"<sip:{request.caller}@{listening.host_in_uri}>",
            replace(request, headers=(*request.headers, header)),
            self._to(leg),
            self._patience(way),
            offering=LINK_OFFERING,
            sip_call_id=sip_call_id,
            silence_s=LINK_SILENCE_S,
        )

    def exchange(self, one: LegId, other: LegId, told: Callable[[], None]) -> None:
        """Two dialogs change places; `told` is called in asyncio's thread, between their events. Raises LegGone."""
        self.dialogs.part(one, other)
        self._places.exchange(one, other)
        self._thread.emit(told)

    def register(self, *, wanted: bool) -> None:
        """Register with trunks as they say, or with none, if the settings have that while the node drains.

        Who asks by OPTIONS whether the node takes calls is told accordingly.
        """
        self._gate.takes_calls = wanted
        if self._config.drain_unregister:
            self._accounts.register(wanted=wanted)

    def shared_registrations(self) -> frozenset[str]:
        """The trunks, by their names, with which one of the nodes behind a proxy is to register."""
        return self._accounts.shared()

    def hold_registrations(self, names: frozenset[str]) -> None:
        """Register with these of them."""
        self._accounts.hold(names)

    def registrations(self) -> Mapping[str, Registration]:
        """How registrations stand, by the trunks' names."""
        return self._accounts.registrations()

    def inbound_in_use(self) -> Mapping[ShareOf, LimitInUse]:
        """What is used of the limits on calls that come in."""
        return self._loads.in_use()

    def share_inbound(self, shares: Mapping[ShareOf, int]) -> None:
        """Keep to these shares of them."""
        self._loads.share(shares)

    def trunk_calls(self) -> Mapping[str, int]:
        """How many calls have come in by each trunk and go on."""
        return self._loads.calls_now()

    def reachability(self) -> Mapping[str, TrunkReachability]:
        """Whether trunks answer, by their names."""
        return self._accounts.reachability()

    def take_trunk_changes(self) -> Sequence[TrunkChange]:
        """What has changed of trunks since it was last asked, oldest first."""
        return self._accounts.take_changes()

    def strays(self) -> int:
        """How many calls the library holds that are no leg of ours."""
        return int(pj.calls_of_library()) - len(self.dialogs)

    def calls_in_words(self) -> Sequence[str]:
        """Each call that the library holds, for who looks for a stray."""
        return tuple(map(str, pj.calls_in_words()))

    def look(self, now_s: float) -> frozenset[tuple[str, str]]:
        """Tell of far ends that have fallen silent; to be called about once a second.

        Gives the hosts of trunks that are to be left alone, each after the name of its trunk.
        """
        self._connections.look(now_s)
        self.dialogs.look(now_s)
        self._accounts.look(now_s)
        return self._accounts.left_alone(now_s)

    def _listen(self, transport: SipTransport) -> None:
        """Listen there too: as the client of a trunk, we can do over TLS without a certificate of our own."""
        if transport not in self._listening:
            for listening in self._config.everywhere.values():
                open_transport(
                    pj.Endpoint.instance(),
                    transport,
                    listening,
                    self._config.tls,
                    self._config.connections.stranger_s,
                )
            self._listening.add(transport)

    def _account_for(self, way: Way, request: DialRequest, version: AddressFamily) -> SipAccount:
        if way.trunk is not None:
            return self._accounts.line(way.trunk.name).account(version)
        if request.user:
            return self._guests.account(request.user, request.password, version, self._invited)
        return self._accounts.own(version)

    def _patience(self, way: Way) -> Patience:
        if way.trunk is None:
            return Patience(self._config.trunk_timeout_s, "The far end", lambda: None, lambda: None)
        life = self._accounts.line(way.trunk.name).life
        return Patience(
            way.trunk.timeout_s,
            "The trunk",
            partial(life.heard, way.trunk_host),
            partial(life.unheard, way.trunk_host),
        )

    def _to(self, leg: LegId) -> Deliver:
        return lambda event: self._thread.emit(partial(self._listener.happened, leg, event))

    def _invited(self, account: SipAccount, prm: pj.OnIncomingCallParam) -> None:
        source, text = str(pj.sender_of_call(prm.callId, prm.rdata)), str(prm.rdata.wholeMsg)
        message = read_message(text)
        leg = LegId(next(self._ids))
        deliver = self._to(leg)
        if account.trunk is not None:
            self._loads.begin(account.trunk.name)
            deliver = noting_the_end(deliver, partial(self._loads.end, account.trunk.name))
        deliver = self._taking_over.noting_the_end(deliver, leg, account.trunk)
        owes_offer = wants_early_offer(message, account.trunk)
        link = self._links.admitted(message.first("call-id") or "")
        offering = LINK_OFFERING if link is not None else offering_of(account.trunk)
        silence_s = LINK_SILENCE_S if link is not None else None
        info = self.dialogs.take(
            account, leg, prm.callId, deliver, offering, owes_offer=owes_offer, silence_s=silence_s,
            transport=transport_of(message),
        )  # fmt: skip
        sip_call_id = storable(str(info.callIdString))
        keep_trace(sip_call_id)
        headers = handed_headers(text, told_headers(account.trunk))
        replaced = self._taking_over.replaced(message, account.trunk)
        arrival = replace(arrival_of(message, source, account.trunk), headers=headers, replaces=replaced, link=link)
        self._thread.emit(partial(self._listener.arrived, leg, sip_call_id, arrival))

    def _turned_away(self, message: Message, source: str, trunk: Trunk | None, answer: StatelessResponse) -> None:
        self._links.refused(message.first("call-id") or "")
        keep_trace(message.first("call-id") or "")
        arrival = arrival_of(message, source, trunk)
        self._note_refusal(RefusalRule.INVITE, source, arrival.called)
        refused = DialRefused(arrival, answer.code, answer.why, q850(answer.code))
        self._thread.emit(partial(self._listener.refused, refused))

    def _called_as(self, source: str, message: Message, carried: Carried, certificates: str) -> Addressee:
        version = AddressFamily.of(source)
        if self._links.admit(message):
            return Addressee(int(self._accounts.linking(version).getId()), carried)
        origin = self._origins.of(source, message, certificates)
        if (line := origin.line) is None:
            # Left to the library, it would take the account of a trunk that has the called user.
            own = int(self._accounts.own(version).getId())
            if origin.challenge is None and self._origins.is_stranger(source):
                return Addressee(own, carried, answer=self._to_strangers, refused_by=RefusalRule.SOURCE)
            return Addressee(own, carried, answer=origin.challenge, refused_by=origin.refused_by)
        trunk, full = line.trunk, self._loads.refusal(line.trunk.name)
        called = Addressee(int(line.account(version).getId()), carried.among(trunk.codecs), extensions_of(trunk), trunk)
        return called if full is None else replace(called, answer=trunk_is_full(full), refused_by=RefusalRule.TRUNK)
