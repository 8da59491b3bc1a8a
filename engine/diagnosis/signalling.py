"""What a carrier's answers to DNS, OPTIONS and REGISTER mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from engine.diagnosis.findings import Outcome, Subject, TrunkFinding


class Reach(Enum):
    """How far a request to a host came."""

    ANSWERED = "answered"
    SILENT = "silent"
    UNREACHABLE = "unreachable"
    LOOPBACK = "loopback"
    """Nothing was sent: SIP listens where this machine alone is reached."""
    NOT_TRUSTED = "not trusted"
    UNKNOWN_NAME = "unknown name"


@dataclass(frozen=True, slots=True)
class HostProbe:
    """What came of a name's look-up and of OPTIONS to a host; `words` say what stood in the way.

    `certificate_checked` is whether anybody vouched for a certificate; `flaw` is what strict programs have against it.
    """

    host: str
    transport: str
    addresses: tuple[str, ...]
    reach: Reach
    code: int = 0
    reason: str = ""
    round_trip_ms: float = 0.0
    words: str = ""
    certificate_checked: bool = False
    flaw: str = ""
    certificate_names: tuple[str, ...] = ()
    certificate_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """The last answer to REGISTER; a code of 0 is none at all. `told_by_server` is where a running server asked."""

    active: bool
    code: int
    reason: str
    told_by_server: bool = False


NOT_TRUSTED_ADVICE: Final = (
    "Name the host as its certificate does. Where no public authority has issued it, set the trunk's tls_ca, or "
    "TELEFOON_TLS_CA, to the certificate of the authority that has."
)
_FIREWALL: Final = (
    "Check host and port with the carrier, and that no firewall stands between: SIP must pass in both directions, "
    "and many carriers answer only addresses that they have been told of."
)
_LOOPBACK: Final = (
    "Set TELEFOON_SIP_HOST to this machine's address, or to 0.0.0.0, for this command and for the server."
)
_SILENT: Final = {
    "udp": "Packets may be lost without a word over UDP. " + _FIREWALL,
    "tcp": "Something may hold the connection open that is no SIP server, or refuse to answer strangers. " + _FIREWALL,
    "tls": "Something may hold the connection open that is no SIP server, or refuse to answer strangers. " + _FIREWALL,
}
_REGISTER_ADVICE: Final = {
    401: "The user name or the password is wrong. Set them again with: telefoon trunks set NAME --user U "
    "--password-file FILE",
    403: "The carrier knows us and says no: the password is wrong, the account is blocked, or it may not register "
    "from this address. Ask the carrier which.",
    404: "The carrier does not know this user at this registrar. Check user, from_user and registrar.",
    407: "The user name or the password is wrong. Set them again with: telefoon trunks set NAME --user U "
    "--password-file FILE",
    423: "The carrier wants longer registrations. Set expires_s to the Min-Expires that it asks for.",
}


def host_findings(probe: HostProbe) -> Sequence[TrunkFinding]:
    """The findings of one host: its name, the connection, its certificate, OPTIONS."""
    where = f"{probe.host} over {probe.transport.upper()}"
    if probe.reach is Reach.UNKNOWN_NAME:
        advice = "Check how the host is spelled, and the name server of this machine."
        return [TrunkFinding(Subject.NAME, Outcome.FAULT, f"no address is known for {probe.host}", advice)]
    named = TrunkFinding(Subject.NAME, Outcome.OK, f"{probe.host} is at {', '.join(probe.addresses)}")
    if probe.reach is Reach.LOOPBACK:
        return [named, TrunkFinding(Subject.CONNECTION, Outcome.FAULT, probe.words, _LOOPBACK)]
    if probe.reach is Reach.UNREACHABLE:
        return [named, TrunkFinding(Subject.CONNECTION, Outcome.FAULT, probe.words, _FIREWALL)]
    if probe.reach is Reach.NOT_TRUSTED:
        return [named, _not_trusted(probe)]
    certificate = [_certificate(probe)] if probe.transport == "tls" else []
    if probe.reach is Reach.SILENT:
        return [named, TrunkFinding(Subject.OPTIONS, Outcome.FAULT, probe.words, _SILENT[probe.transport])]
    return [named, *certificate, _options(probe, where)]


def register_finding(answer: RegisterAnswer | None) -> TrunkFinding:
    """The finding of a registration; None where the trunk does without."""
    if answer is None:
        return TrunkFinding(Subject.REGISTRATION, Outcome.NOT_TRIED, "this trunk does not register")
    by = "the running server was answered" if answer.told_by_server else "REGISTER was answered"
    said = f"{by} {answer.code} {answer.reason}".rstrip()
    if answer.active:
        return TrunkFinding(Subject.REGISTRATION, Outcome.OK, said)
    if answer.code == 0:
        return TrunkFinding(Subject.REGISTRATION, Outcome.FAULT, "REGISTER was not answered", _FIREWALL)
    advice = _REGISTER_ADVICE.get(answer.code, "Ask the carrier what this answer means.")
    return TrunkFinding(Subject.REGISTRATION, Outcome.FAULT, said, advice)


def _options(probe: HostProbe, where: str) -> TrunkFinding:
    detail = f"{where} answered OPTIONS with {probe.code} {probe.reason}".rstrip()
    if probe.code >= 500:
        advice = "Somebody is there, but in trouble. Try again later, then ask the carrier."
        return TrunkFinding(Subject.OPTIONS, Outcome.WARNING, detail, advice)
    return TrunkFinding(Subject.OPTIONS, Outcome.OK, f"{detail} after {probe.round_trip_ms:.0f} ms")


def _certificate(probe: HostProbe) -> TrunkFinding:
    if not probe.certificate_checked:
        advice = "With tls_verify off anybody on the way may pose as the carrier. Set it on, with tls_ca if need be."
        detail = f"nobody has checked the certificate of {probe.host}{_whose(probe)}"
        return TrunkFinding(Subject.CERTIFICATE, Outcome.WARNING, detail, advice)
    if probe.flaw:
        advice = "Calls work, but strict programs refuse it. Ask the carrier for one that keeps to RFC 5280."
        detail = f"the certificate of {probe.host} is trusted{_whose(probe)}, but has a flaw: {probe.flaw}"
        return TrunkFinding(Subject.CERTIFICATE, Outcome.WARNING, detail, advice)
    return TrunkFinding(Subject.CERTIFICATE, Outcome.OK, f"the certificate of {probe.host} is trusted{_whose(probe)}")


def _whose(probe: HostProbe) -> str:
    if probe.certificate_until is None:
        return ""
    return f", which is for {', '.join(probe.certificate_names) or 'nobody'} until {probe.certificate_until:%Y-%m-%d}"


def _not_trusted(probe: HostProbe) -> TrunkFinding:
    return TrunkFinding(Subject.CERTIFICATE, Outcome.FAULT, probe.words, NOT_TRUSTED_ADVICE)
