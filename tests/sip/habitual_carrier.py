"""SIPp as a carrier that has the habits of one style: it registers its customer, is called, and calls."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from tests.peers.certificates import Pems
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import acks, answers, asks, calls, gets_bye, is_called, receives, scenario, sdp
from tests.peers.sip_message import SipMessage
from tests.peers.sipp import Sipp, sipp
from tests.peers.srtp import SUITE, SrtpKey
from tests.peers.tls_front import tls_before, tls_towards
from tests.sip.carrier_habits import CarrierHabits

HOST: Final = "127.0.0.1"
_REGISTRATION, _PING, _END = (f'<label id="{number}"/>\n' for number in (1, 2, 3))
_MANY: Final = 1000
"""Calls of a scenario that a test ends: each registration and OPTIONS is one."""
_ASKED_TAG: Final = (
    f'<recv request="INVITE"><action><ereg regexp="a=crypto:([0-9]+) {SUITE}" search_in="body" '
    'assign_to="1,2"/></action></recv>\n<Reference variables="1"/>\n'
)


@dataclass(frozen=True, slots=True)
class HabitualCarrier:
    """`port` is where it takes SIP, over its own transport."""

    habits: CarrierHabits
    port: int
    sipp: Sipp
    key: SrtpKey
    ports: Ports

    def hears_by(self, ear: RtpEar, message: SipMessage) -> None:
        """Have the ear speak to who sent this description, encrypted as it is the carrier's habit."""
        if self.habits.srtp:
            ear.encrypt(self.key, SrtpKey.offered(message.body))
        ear.follow(message.sdp)

    @asynccontextmanager
    async def calling(self, port: int, tls_port: int, ear: RtpEar) -> AsyncIterator[Sipp]:
        """Call the customer at his port, until the carrier hangs up a second later."""
        numbers = self.habits.numbers
        called, caller = self.habits.incoming if all(self.habits.incoming) else (numbers.ours, numbers.theirs)
        steps = (calls(_description(self.habits, "1")), receives(100, optional=True), receives(180, optional=True),
                 receives(200), acks(), '<pause milliseconds="1000"/>', asks("BYE", 2), receives(200))  # fmt: skip
        xml = scenario(*steps).replace("sip:+3225550177@", f"sip:{caller}@")
        async with AsyncExitStack() as stack:
            if self.habits.tls:
                port = self.ports.one()
                await stack.enter_async_context(tls_towards(port, tls_port))
            keys, transport = _keys(ear, self.key), _transport(self.habits)
            yield await stack.enter_async_context(
                sipp(xml, self.ports, target=port, service=called, transport=transport, keys=keys)
            )


@asynccontextmanager
async def habitual_carrier(
    habits: CarrierHabits, ports: Ports, ear: RtpEar, pems: Pems
) -> AsyncIterator[HabitualCarrier]:
    """Run it until the test ends."""
    async with AsyncExitStack() as stack:
        port, key = ports.one(), SrtpKey.made()
        behind = ports.one() if habits.tls else port
        keys, transport = _keys(ear, key), _transport(habits)
        running = await stack.enter_async_context(
            sipp(_carrier(habits, port), ports, keys=keys, transport=transport, calls=_MANY, port=behind)
        )
        if habits.tls:
            await stack.enter_async_context(tls_before(pems, port, behind))
        yield HabitualCarrier(habits, port, running, key, ports)


def _carrier(habits: CarrierHabits, port: int) -> str:
    """Registration, OPTIONS and calls, each in a dialog of its own."""
    first = (
        _goes_on(receives("REGISTER", optional=True), 1) if habits.registers else "",
        _goes_on(receives("OPTIONS", optional=True), 2),
    )
    digest = 'Digest realm="carrier", nonce="n1", algorithm=MD5, qop="auth"'
    challenged = (
        receives("INVITE"),
        answers(407, "Proxy Authentication Required", headers=[f"Proxy-Authenticate: {digest}"], to_tag=True),
        receives("ACK"),
    )
    accepted = answers(200, "OK", headers=["Expires: 300"], to_tag=True)
    registered = (
        answers(401, "Unauthorized", headers=[f"WWW-Authenticate: {digest}"], to_tag=True),
        *(receives("REGISTER"), accepted) * 2,
    )
    contact = "<sip:far@[local_ip]:[local_port];transport=[transport]>"
    called = is_called(_description(habits, "[$2]"))
    if habits.srtp:
        called = called.replace(receives("INVITE"), _ASKED_TAG)
    xml = scenario(
        *first,
        *(challenged if habits.asks_in_invite else ()),
        called,
        _goes_on(gets_bye(), 3, "<send"),
        *((_REGISTRATION, *registered[:-1], _goes_on(accepted, 3, "<send")) if habits.registers else ()),
        *(_PING, answers(200, "OK", to_tag=True)),
        *(_END, '<timewait milliseconds="0"/>\n'),
    )
    return xml.replace(contact, f"<sip:far@{HOST}:{port};transport=tls>") if habits.tls else xml


def _goes_on(step: str, label: int, tag: str = "<recv") -> str:
    return step.replace(tag, f'{tag} next="{label}"')


def _description(habits: CarrierHabits, tag: str) -> str:
    if not habits.srtp:
        return sdp()
    return sdp().replace("RTP/AVP", "RTP/SAVP") + f"\na=crypto:{tag} {SUITE} [crypto]"


def _keys(ear: RtpEar, key: SrtpKey) -> dict[str, object]:
    return {"ear": ear.port, "crypto": key.inline}


def _transport(habits: CarrierHabits) -> str:
    return "t1" if habits.tls else "u1"
