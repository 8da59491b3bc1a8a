"""What each scanner tries, what it says of a node that is silent and of one that refuses, and what it has learned."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.settings import SipTransport
from tests.peers.platform import NUMBER
from tests.peers.scanners import Scanner

NOTHING: Final = "nothing"
SIP_IS_SPOKEN: Final = "that SIP is spoken, and that it may not call"
CERTIFICATE: Final = "the node's certificate, which TLS shows to everybody"
NAMES: Final = ("100", "101", NUMBER, "+3225550199", "admin", "telefoon")
"""Users that are looked for; one is a number that the node has."""

_LOCAL: Final = "127.0.0.1"
_BY_SIPVICIOUS: Final = "-p {port} -P {own} 127.0.0.1"
_BY_SIPSAK: Final = f"-vvv -n -D 4 -Z 400 -H {_LOCAL} -k {_LOCAL} -s sip:{NUMBER}@{_LOCAL}:{{port}}"
_BY_SIPP: Final = (
    f"-sn uac -i {_LOCAL} -p {{own}} -s {NUMBER} -m 1 -nostdin -timeout 3 -timeout_error {_LOCAL}:{{port}}"
)
_TIMED_OUT: Final = "uac timed out"
_NO_ANSWER: Final = "giving up, no final response"
_FORBIDDEN: Final = "SIP/2.0 403 Forbidden"


@dataclass(frozen=True, slots=True)
class Scan:
    """A scanner's run. `of_silence` and `of_refusal` are words that it writes, and no others are told for an answer.

    What is malformed is never answered. `is_banned` is whether it sends so much that its address is banned; `goes_on`
    is whether it does so only while it is answered.
    """

    name: str
    scanner: Scanner
    words: str
    """Its arguments, with the places {port} of the node and {own} of a free port."""
    tries: str
    of_silence: str
    of_refusal: str
    learned_of_silence: str = NOTHING
    learned_of_refusal: str = SIP_IS_SPOKEN
    transport: SipTransport = SipTransport.UDP
    is_malformed: bool = False
    is_banned: bool = False
    goes_on: bool = False

    @property
    def is_banned_of_refusal(self) -> bool:
        """Whether its address is banned where strangers are refused."""
        return self.is_banned or self.goes_on

    def arguments(self, port: int, own: int) -> list[str]:
        """The words of its command behind its name."""
        return self.words.format(port=port, own=own).split()


SCANS: Final = (
    *(
        Scan(
            f"svmap {method}",
            Scanner.SVMAP,
            f"-m {method} {_BY_SIPVICIOUS}",
            "to find who speaks SIP, and which program it is",
            "found nothing",
            "| unknown ",
        )
        for method in ("OPTIONS", "INVITE")
    ),
    Scan(
        "svmap REGISTER",
        Scanner.SVMAP,
        f"-m REGISTER {_BY_SIPVICIOUS}",
        "the same, with a Contact that is no address",
        "found nothing",
        "found nothing",
        learned_of_refusal=NOTHING,
        is_malformed=True,
    ),
    *(
        Scan(
            f"svwar {method}",
            Scanner.SVWAR,
            f"-m {method} -d names --maximumtime 2 {_BY_SIPVICIOUS}",
            "to find which users or numbers there are",
            "socket error: timed out",
            "found nothing",
        )
        for method in ("OPTIONS", "INVITE", "REGISTER")
    ),
    Scan(
        "svcrack",
        Scanner.SVCRACK,
        f"-u {NUMBER} -r 1-99 --maximumtime 2 {_BY_SIPVICIOUS}",
        "to guess a password, on and on while it is answered",
        "no server response",
        "since we last received a response - stopping",
        goes_on=True,
    ),
    Scan("sipsak", Scanner.SIPSAK, _BY_SIPSAK, "OPTIONS, to read the answer's headers", _NO_ANSWER, _FORBIDDEN),
    Scan(
        "sipsak -U",
        Scanner.SIPSAK,
        f"-U -C sip:mine@{_LOCAL} {_BY_SIPSAK}",
        "to register in the place of a user",
        _NO_ANSWER,
        "didn't received '200 OK' on register",
    ),
    Scan("sipsak -T", Scanner.SIPSAK, f"-T {_BY_SIPSAK}", "to find the hops behind the node", _NO_ANSWER, _FORBIDDEN),
    Scan(
        "sipsak -F",
        Scanner.SIPSAK,
        f"-F -e 400 {_BY_SIPSAK}",
        "400 OPTIONS at once, without a look at answers",
        "flood end reached",
        "flood end reached",
        learned_of_refusal=NOTHING,
        is_banned=True,
    ),
    Scan(
        "sipsak over TCP",
        Scanner.SIPSAK,
        f"-E tcp {_BY_SIPSAK}",
        "OPTIONS over a connection",
        "timeout after",
        _FORBIDDEN,
        learned_of_silence="nothing but that the port takes connections",
        transport=SipTransport.TCP,
    ),
    Scan(
        "sipsak over TLS",
        Scanner.SIPSAK,
        f"-E tls --tls-ignore-cert-failure {_BY_SIPSAK}",
        "OPTIONS over TLS, where that is set",
        "CN=127.0.0.1",
        "CN=127.0.0.1",
        learned_of_silence=CERTIFICATE,
        learned_of_refusal=CERTIFICATE,
        transport=SipTransport.TLS,
    ),
    Scan("SIPp", Scanner.SIPP, _BY_SIPP, "to call a number", _TIMED_OUT, _FORBIDDEN),
    Scan(
        "SIPp over TCP",
        Scanner.SIPP,
        f"-t t1 {_BY_SIPP}",
        "to call a number over a connection",
        _TIMED_OUT,
        _FORBIDDEN,
        learned_of_silence="nothing but that the port takes connections",
        transport=SipTransport.TCP,
    ),
)


def write_names(folder: Path) -> None:
    """The file of users to look for, where svwar finds it."""
    (folder / "names").write_text("\n".join(NAMES) + "\n")
