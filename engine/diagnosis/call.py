"""What a test call tells: whether it was answered, who heard whom, and whether keys arrive."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from engine.diagnosis.answers import BY_CODE, AnswerMeaning
from engine.diagnosis.dialog import DialogProbe, dialog_findings, reliable_finding
from engine.diagnosis.findings import Outcome, Subject, TrunkFinding
from engine.errors import InvalidField
from engine.model.trunk import Trunk


class CalledParty(Enum):
    """Who is called: an echo sends back what it hears, anybody else just makes some sound."""

    ECHO = "echo"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class CallProbe:
    """What was measured in a test call.

    `heard` is whether there was sound in what came, of an echo the very tone that we sent. `key_method` is how a key
    came back from an echo (rfc4733 or info), empty if it did not. `far_reported` is whether RTCP said that our packets
    arrive: None where it said nothing. `info_code` is the answer to a key by SIP INFO, None where it went in RTP.
    """

    far_end: CalledParty
    answered: bool
    sip_code: int = 0
    sip_reason: str = ""
    codec: str = ""
    packets_sent: int = 0
    packets_received: int = 0
    heard: bool = False
    key_method: str = ""
    round_trip_ms: float | None = None
    far_reported: bool | None = None
    info_code: int | None = None
    dialog: DialogProbe = field(default_factory=DialogProbe)


_E164: Final = re.compile(r"\+[1-9][0-9]{5,14}")
_ADDRESS: Final = re.compile(r"(?:sips?:)?(?P<user>[^@;:]+)(?:@(?P<host>\[[^\]]+\]|[^:;]+)[^@]*)?", re.IGNORECASE)
_RTP: Final = (
    "Open the RTP ports (TELEFOON_RTP_PORTS) towards this machine for UDP, and behind NAT set "
    "TELEFOON_PUBLIC_ADDRESS to the address that the carrier reaches."
)
_UNHEARD: Final = (
    "The far end gets nothing from us, or not what we say. Let UDP leave this machine towards the carrier's media "
    "addresses, and look whether a session border controller or NAT changes the addresses of the session description."
)
_NOBODY: Final = "No sound passes at all, in neither direction. " + _RTP
_UNKNOWN_ANSWER: Final = AnswerMeaning("", "Ask the carrier what this answer means.")


def called_number(number: str) -> str:
    """The number of a test call. Raises InvalidField where it is not written in E.164."""
    if not _E164.fullmatch(number):
        raise InvalidField("call", f"{number} is no number in E.164; write it as +3225550199.")
    return number


def echo_user(trunk: Trunk, address: str) -> str:
    """The user of an echo service at the trunk's host. Raises InvalidField for one that is elsewhere."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise InvalidField("echo", f"{address} is no SIP address; write it as sip:echo@{trunk.hosts[0].address}.")
    host = found["host"]
    if host is not None and host.strip("[]").lower() not in {each.host.lower() for each in trunk.hosts}:
        raise InvalidField("echo", f"{host} is no host of the trunk {trunk.name}, which is to be tested.")
    return found["user"]


def call_findings(call: CallProbe | None, trunk: Trunk) -> Sequence[TrunkFinding]:
    """The findings of a test call; None where none was asked for."""
    if call is None:
        detail = "no call was made; give --call +E164, or --echo for the carrier's echo service"
        return [TrunkFinding(Subject.CALL, Outcome.NOT_TRIED, detail)]
    if not call.answered:
        detail = f"the call was not answered: {call.sip_code} {call.sip_reason}".rstrip()
        known = BY_CODE.get(call.sip_code, _UNKNOWN_ANSWER)
        return [TrunkFinding(Subject.CALL, Outcome.FAULT, detail, f"{known.meaning} {known.advice}".strip())]
    return [
        TrunkFinding(Subject.CALL, Outcome.OK, "the call was answered"),
        reliable_finding(call.dialog),
        TrunkFinding(Subject.CODEC, Outcome.OK, f"sound was agreed on as {call.codec or 'nothing'}"),
        _audio(call),
        _round_trip(call),
        _keys(call),
        *dialog_findings(call.dialog, trunk),
    ]


def _audio(call: CallProbe) -> TrunkFinding:
    we_hear = call.packets_received > 0 and (call.heard or call.far_end is CalledParty.ECHO)
    if not we_hear and call.packets_received:
        detail = f"one-way audio: the far end sends silence alone ({call.packets_received} packets)"
        return _audio_fault(detail, "Call a number that makes a sound, such as a milliwatt or an echo.")
    if not we_hear:
        return _nothing_came(call)
    if call.far_end is CalledParty.ECHO and not call.heard:
        return _audio_fault("one-way audio: we hear the far end, but it does not hear us", _UNHEARD)
    both = (
        "in both directions"
        if call.far_end is CalledParty.ECHO
        else "from the far end; only an echo tells if it hears us"
    )
    return TrunkFinding(Subject.AUDIO, Outcome.OK, f"sound passes {both}")


def _nothing_came(call: CallProbe) -> TrunkFinding:
    if call.far_reported:
        return _audio_fault("one-way audio: the far end hears us, but we do not hear it", _RTP)
    detail = f"no audio: {call.packets_sent} packets were sent, and none came back"
    return _audio_fault(detail, _NOBODY)


def _audio_fault(detail: str, advice: str) -> TrunkFinding:
    return TrunkFinding(Subject.AUDIO, Outcome.FAULT, detail, advice)


def _round_trip(call: CallProbe) -> TrunkFinding:
    if call.round_trip_ms is None:
        return TrunkFinding(Subject.ROUND_TRIP, Outcome.NOT_TRIED, "the far end sent no RTCP report to measure it by")
    detail = f"packets come and go in {call.round_trip_ms:.0f} ms"
    if call.round_trip_ms > 300:
        advice = "People will talk over each other. Look for a carrier's host that is nearer."
        return TrunkFinding(Subject.ROUND_TRIP, Outcome.WARNING, detail, advice)
    return TrunkFinding(Subject.ROUND_TRIP, Outcome.OK, detail)


def _keys(call: CallProbe) -> TrunkFinding:
    if call.info_code is not None:
        return _keys_by_info(call.info_code)
    if call.far_end is not CalledParty.ECHO:
        return TrunkFinding(Subject.KEYS, Outcome.NOT_TRIED, "only an echo tells whether keys arrive")
    if not call.key_method:
        advice = (
            "An echo that sends back sound alone may swallow keys. If menus do not react either, ask the carrier "
            "whether it offers telephone-event (RFC 4733)."
        )
        return TrunkFinding(Subject.KEYS, Outcome.WARNING, "a key that we pressed did not come back", advice)
    how = {"rfc4733": "RFC 4733 (telephone-event)", "info": "SIP INFO"}.get(call.key_method, call.key_method)
    return TrunkFinding(Subject.KEYS, Outcome.OK, f"a key that we pressed came back by {how}")


def _keys_by_info(code: int) -> TrunkFinding:
    without = "the far end offers no telephone-event (RFC 4733)"
    if 200 <= code < 300:
        advice = "Keys may not reach menus behind it: ask the carrier whether it passes INFO on."
        return TrunkFinding(Subject.KEYS, Outcome.WARNING, f"{without}; it took a key by SIP INFO", advice)
    answer = f"answered {code} to" if code else "did not answer"
    advice = "No key reaches the far end. Ask the carrier to offer telephone-event."
    return TrunkFinding(Subject.KEYS, Outcome.FAULT, f"{without}, and it {answer} a key by SIP INFO", advice)
