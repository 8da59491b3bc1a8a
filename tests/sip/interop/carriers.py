"""The three kinds of far end of the matrix, each with a baresip as its telephone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.model.trunk import Trunk, new_trunk
from tests.peers import asterisk as asterisk_peer
from tests.peers import kamailio as kamailio_peer
from tests.peers.asterisk import asterisk
from tests.peers.baresip import Baresip, baresip
from tests.peers.certificates import Pems
from tests.peers.kamailio import kamailio
from tests.peers.ports import Ports
from tests.sip.interop.cases import Case, Codec, Known, Peer, Transport

PHONE: Final = "+3225550199"
OURS: Final = "+3225550100"
REFERRED: Final = "+3225550188"
"""A number of ours to which we refer the telephone."""
SAID_HZ: Final = 700
"""The telephone's tone."""
SESSION_S: Final = 90
"""The shortest that RFC 4028 allows."""
_SECURE_MEDIA: Final = ";mediaenc=srtp-mand"
_PHONE_HOST: Final = "127.0.0.2"
_OUR_HOST: Final = "127.0.0.3"
"""Asterisk tells its telephone from us by the address."""
_ASTERISK_NAMES: Final = {Codec.PCMA: "alaw", Codec.PCMU: "ulaw", Codec.G722: "g722", Codec.OPUS: "opus"}


@dataclass(frozen=True, slots=True)
class Carrier:
    """A far end that runs. `dials_us` and `referred_to` are what its telephone is told to call."""

    trunk: Trunk
    phone: Baresip
    dials_us: str
    refers_to: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What a far end of a case is built on; `port` is where we take UDP and TCP, the one above takes TLS."""

    case: Case
    folder: Path
    ports: Ports
    port: int
    pems: Pems

    @property
    def host(self) -> str:
        """Where we are."""
        return _OUR_HOST if self.case.peer is Peer.ASTERISK else "127.0.0.1"

    @property
    def secure(self) -> bool:
        return self.case.transport is Transport.TLS

    @property
    def contact(self) -> str:
        """Where the far end finds us."""
        port = self.port + 1 if self.secure else self.port
        return f"{self.host}:{port};transport={self.case.transport}"

    @property
    def codecs(self) -> list[Codec]:
        """What we offer and take. baresip knows keys at 8,000 Hz alone, which go beside a codec of that clock."""
        return [Codec.OPUS, Codec.PCMA] if self.case.codec is Codec.OPUS else [self.case.codec]

    def trunk(self, port: int, *, user: str = "", password: str = "") -> Trunk:
        """Ours to a far end at the port, registered if the case says so."""
        registered = {"auth": "register", "user": user, "password": password}
        secured = {"tls_ca": str(self.pems.ca), "srtp": "required"}
        return new_trunk(
            {
                "name": "carrier", "hosts": [f"127.0.0.1:{port}"], "transport": self.case.transport,
                "codecs": self.codecs, "session_expires_s": SESSION_S,
                **(registered if self.case.known is Known.REGISTER else {}), **(secured if self.secure else {}),
            }
        )  # fmt: skip


@asynccontextmanager
async def direct(ground: Ground) -> AsyncIterator[Carrier]:
    """The telephone itself."""
    async with baresip(
        ground.folder / "phone", ground.ports, PHONE, codec=ground.case.codec, tone_hz=SAID_HZ, pems=ground.pems,
        transport=ground.case.transport, parameters=_SECURE_MEDIA if ground.secure else "",
    ) as phone:  # fmt: skip
        trunk = ground.trunk(phone.tls_port if ground.secure else phone.port)
        yield Carrier(trunk, phone, f"sip:{OURS}@{ground.contact}", f"sip:{REFERRED}@{ground.contact}")


@asynccontextmanager
async def behind_kamailio(ground: Ground) -> AsyncIterator[Carrier]:
    """A telephone behind a registrar and proxy; what it says and hears does not pass there."""
    contact = "" if ground.case.known is Known.REGISTER else f"sip:{ground.contact}"
    async with (
        kamailio(ground.folder, ground.ports, contact=contact, pems=ground.pems if ground.secure else None) as proxy,
        baresip(
            ground.folder / "phone", ground.ports, PHONE, codec=ground.case.codec, tone_hz=SAID_HZ,
            port=proxy.phone_port, parameters=_SECURE_MEDIA if ground.secure else "",
        ) as phone,
    ):  # fmt: skip
        port = proxy.tls_port if ground.secure else proxy.port
        trunk = ground.trunk(port, user=kamailio_peer.SUBSCRIBER, password=kamailio_peer.PASSWORD)
        there = f"127.0.0.1:{proxy.port}"
        yield Carrier(trunk, phone, f"sip:{OURS}@{there}", f"sip:{REFERRED}@{there}")


_PJSIP: Final = """
[interop](!)
type = endpoint
context = interop
dtmf_mode = rfc4733
direct_media = no
from_user = +3225559000
disallow = all
allow = {codec}
moh_passthrough = yes
timers_sess_expires = {session_s}

[phone](interop)
aors = phone
identify_by = ip

[phone]
type = aor
contact = sip:{phone_host}:{phone_port}

[phone]
type = identify
endpoint = phone
match = {phone_host}

[carried](interop)
aors = carried
identify_by = {identify_by}
media_encryption = {encryption}
rewrite_contact = no
{auth}

[carried]
type = aor
{contact}

[carried]
type = auth
auth_type = userpass
username = carried
password = {password}

[carried]
type = identify
endpoint = carried
match = {known_host}
"""
_EXTENSIONS: Final = """
[interop]
exten => {phone},1,Dial(PJSIP/{phone}@phone)
exten => _+X.,1,Dial(PJSIP/${{EXTEN}}@carried)
"""
# Without bridge_native_rtp, which passes packets on, and with Opus no keys of another clock.
_MODULES: Final = "\n".join(
    f"load = {each}.so" for each in ("app_dial", "bridge_simple", "res_format_attr_opus", "res_pjsip_refer")
)
_NOWHERE: Final = "192.0.2.1"


def in_a_file(uri: str) -> str:
    """The URI as a file of Asterisk's wants it, where a semicolon begins a comment."""
    return uri.replace(";", r"\;")


@asynccontextmanager
async def behind_asterisk(ground: Ground) -> AsyncIterator[Carrier]:
    """A telephone behind an exchange, which is in the way of its sound, and of what it asks."""
    registered = ground.case.known is Known.REGISTER
    phone_port = ground.ports.block(2)
    pjsip = _PJSIP.format(
        codec=_ASTERISK_NAMES[ground.case.codec],
        session_s=SESSION_S,
        phone_host=_PHONE_HOST,
        phone_port=phone_port,
        identify_by="auth_username,username" if registered else "ip",
        encryption="sdes" if ground.secure else "no",
        auth="auth = carried" if registered else "",
        contact="max_contacts = 1" if registered else f"contact = sip:{in_a_file(ground.contact)}",
        password=asterisk_peer.PASSWORD,
        known_host=_NOWHERE if registered else ground.host,
    )
    async with (
        asterisk(
            ground.ports, ground.port, ground.pems if ground.secure else None,
            more={
                "modules.conf": _MODULES, "site_pjsip.conf": pjsip, "extensions.conf": _EXTENSIONS.format(phone=PHONE)
            },
        ) as exchange,
        baresip(
            ground.folder / "phone", ground.ports, PHONE, codec=ground.case.codec, tone_hz=SAID_HZ, host=_PHONE_HOST,
            port=phone_port,
        ) as phone,
    ):  # fmt: skip
        port = exchange.tls_port if ground.secure else exchange.udp_port
        trunk = ground.trunk(port, user="carried", password=asterisk_peer.PASSWORD)
        there = f"127.0.0.1:{exchange.udp_port}"
        yield Carrier(trunk, phone, f"sip:{OURS}@{there}", f"sip:{REFERRED}@{there}")


CARRIERS: Final = {Peer.BARESIP: direct, Peer.KAMAILIO: behind_kamailio, Peer.ASTERISK: behind_asterisk}
