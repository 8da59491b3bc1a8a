"""SIPp scenarios of callers and of who is called, put together from steps: SIP to the letter, G.711 from a file."""

from dataclasses import dataclass
from typing import Final

OWN_PORT: Final = "[rtpstream_audio_port]"
PROBED_PORT: Final = "[field0]"
"""The port of a probe, from the file of the crowd's numbers; see bench/probes.py."""


@dataclass(frozen=True, slots=True)
class Codec:
    """The codec of a far end. SIPp plays a file of its bytes only where they come at 8000 a second."""

    payload_type: int
    encoding: str
    quiet: bytes = b""
    """A byte of silence; empty if it can't be played: such a far end sends nothing."""


A_LAW: Final = Codec(8, "PCMA/8000", b"\xd5")
G722: Final = Codec(9, "G722/8000", b"\xfa")
OPUS: Final = Codec(96, "opus/48000/2")
VOICE_FILE: Final = "voice.raw"
_INVITE_BRANCH: Final = "z9hG4bK-invite-[pid]-[call_number]"
_CALLER: Final = "+3225559[call_number]"


def calls(codec: Codec = A_LAW, *, media: str = OWN_PORT, number: str = _CALLER, may_be_refused: bool = False) -> str:
    """INVITE, answered, acknowledged; the set-up is timed. Who may be refused goes where `leaves_if_refused` stands."""
    invite = _message(
        _request("INVITE", 1, number, to_tag=False, branch=_INVITE_BRANCH),
        _description(codec, media),
        attributes=' retrans="500" start_rtd="setup"',
    )
    answered = '<recv response="100" optional="true"/>\n<recv response="180" optional="true"/>\n'
    answered += '<recv response="183" optional="true"/>\n' + (_REFUSED if may_be_refused else "")
    answered += '<recv response="200" rtd="setup" rrs="true"/>\n'
    return invite + answered + _message(_request("ACK", 1, number))


def leaves_if_refused(number: str = _CALLER) -> str:
    """The end of a caller's script that was refused with 503 and told when to try again."""
    acknowledged = _message(_request("ACK", 1, number, branch=_INVITE_BRANCH))
    return f'<nop next="end"/>\n<label id="refused"/>\n{acknowledged}<label id="end"/>\n'


def is_called(codec: Codec = A_LAW, *, logged: bool = False, rings: bool = False) -> str:
    """Answers at once, or once it has said that it `rings`; `logged` writes who was called, and when, to the log."""
    found = '<ereg regexp="sip:([^@]*)@" search_in="msg" assign_to="1,2"/>'
    log = f'<action>{found}<log message="[$2] [timestamp]"/></action>' if logged else ""
    unused = '<Reference variables="1"/>\n' if logged else ""
    return (
        f'<recv request="INVITE">{log}</recv>\n{unused}'
        + (_message(_answer("180 Ringing", tagged=True)) if rings else "")
        + _message(_answer("200 OK", tagged=True), _description(codec, OWN_PORT), attributes=' retrans="500"')
        + '<recv request="ACK"/>\n'
    )


def talks(codec: Codec = A_LAW) -> str:
    """Plays its file from now on, again and again; nothing where its codec can't be played."""
    if not codec.quiet:
        return ""
    return f'<nop><action><exec rtp_stream="{VOICE_FILE},-1,{codec.payload_type}"/></action></nop>\n'


def waits(seconds: float) -> str:
    return f'<pause milliseconds="{int(seconds * 1000)}"/>\n'


def stays() -> str:
    """Stay in the call for as long as the crowd's calls last."""
    return "<pause/>\n"


def presses(key: str, number: str = _CALLER) -> str:
    """Press a key by SIP INFO, which both sides take in the same way, whatever was negotiated for the media."""
    head = _request("INFO", 2, number)
    return _message(head, f"Signal={key}\nDuration=160", "application/dtmf-relay", ' retrans="500"') + _OK


def hangs_up(number: str = _CALLER) -> str:
    return _message(_request("BYE", 3, number), attributes=' retrans="500"') + _OK


def is_hung_up_on() -> str:
    return '<recv request="BYE"/>\n' + _message(_answer("200 OK"))


def script(*steps: str) -> str:
    """The XML of a scenario."""
    return f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="bench">\n{"".join(steps)}</scenario>\n'


_OK: Final = '<recv response="200"/>\n'
_REFUSED: Final = (
    '<recv response="503" optional="true" next="refused"><action>'
    '<ereg regexp="[0-9]+" search_in="hdr" header="Retry-After:" check_it="true" assign_to="again_after"/>'
    '</action></recv>\n<Reference variables="again_after"/>\n'
)
"""One that does not say when to try again has failed."""


def _description(codec: Codec, media: str) -> str:
    return "\n".join(
        (
            "v=0", "o=far 1 1 IN IP4 [local_ip]", "s=-", "c=IN IP4 [local_ip]", "t=0 0",
            f"m=audio {media} RTP/AVP {codec.payload_type} 101",
            f"a=rtpmap:{codec.payload_type} {codec.encoding}",
            "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20",
        )
    )  # fmt: skip


def _request(method: str, cseq: int, number: str, *, to_tag: bool = True, branch: str = "[branch]") -> tuple[str, ...]:
    # Within a dialog, along its route (RFC 3261 §12.2.1.1): a proxy knows no other way to the server behind it.
    within = branch != _INVITE_BRANCH
    return (
        f"{method} {'[next_url]' if within else 'sip:[service]@[remote_ip]:[remote_port]'} SIP/2.0",
        *(["[routes]"] if within else []),
        f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch}",
        f"From: <sip:{number}@[local_ip]:[local_port]>;tag=[pid]-[call_number]",
        f"To: <sip:[service]@[remote_ip]:[remote_port]>{'[peer_tag_param]' if to_tag else ''}",
        "Call-ID: [call_id]",
        f"CSeq: {cseq} {method}",
        "Contact: <sip:far@[local_ip]:[local_port]>",
        "Max-Forwards: 70",
    )


def _answer(line: str, *, tagged: bool = False) -> tuple[str, ...]:
    tag = ";tag=[pid]-far-[call_number]" if tagged else ""
    return (
        f"SIP/2.0 {line}", "[last_Via:]", "[last_From:]", f"[last_To:]{tag}", "[last_Call-ID:]", "[last_CSeq:]",
        "Contact: <sip:far@[local_ip]:[local_port]>",
    )  # fmt: skip


def _message(head: tuple[str, ...], body: str = "", kind: str = "application/sdp", attributes: str = "") -> str:
    lines = [*head, *([f"Content-Type: {kind}"] if body else []), "Content-Length: [len]", "", body]
    return f"<send{attributes}><![CDATA[\n{chr(10).join(lines)}\n]]></send>\n"
