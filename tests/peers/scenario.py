"""SIPp scenarios, written step by step in the test that needs them: the far end's whole script is in view.

A far end is a *callee* (it waits for our INVITE) or a *caller* (it sends one). Its sound is an RtpEar, whose port
is the key [ear].
"""

from collections.abc import Sequence
from typing import Final

ALLOW: Final = "Allow: INVITE, ACK, CANCEL, BYE, INFO, OPTIONS"
_INVITE_BRANCH: Final = "z9hG4bK-invite-[pid]-[call_number]"


def scenario(*steps: str) -> str:
    """The XML of a scenario."""
    return f'<?xml version="1.0"?>\n<scenario name="far end">\n{"".join(steps)}</scenario>\n'


def sdp(
    *, direction: str = "sendrecv", address: str = "127.0.0.1", port: str = "[ear]", formats: str = "8 101",
    version: int = 1,
) -> str:  # fmt: skip
    """A description of G.711 A-law with telephone-event, as it is offered or answered."""
    family = "IP6" if ":" in address else "IP4"
    return "\n".join(
        (
            "v=0", f"o=far 1 {version} IN IP4 127.0.0.1", "s=-", f"c=IN {family} {address}", "t=0 0",
            f"m=audio {port} RTP/AVP {formats}", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000",
            "a=fmtp:101 0-15", f"a={direction}",
        )
    )  # fmt: skip


def pause(seconds: float) -> str:
    return f'<pause milliseconds="{int(seconds * 1000)}"/>\n'


def receives_to_answer_later(method: str, *, vias: int = 1) -> str:
    """Wait for a request that `answers_later` answers, when others have come meanwhile; it has so many Via."""
    kept = [("CSeq:", 1), *(("Via:", place) for place in range(1, vias + 1))]
    steps = "".join(
        f'<ereg regexp=".*" search_in="hdr" header="{name}" occurrence="{place}" assign_to="{variable}"/>'
        for variable, (name, place) in enumerate(kept, 1)
    )
    return f'<recv request="{method}"><action>{steps}</action></recv>\n'


def answers_later(code: int, reason: str, body: str = "", *, vias: int = 1) -> str:
    """Answer the request that was received to be answered later."""
    lines = "\n".join(f"Via: [${place + 1}]" for place in range(1, vias + 1))
    step = answers(code, reason, body, to_tag=True)
    return step.replace("[last_CSeq:]", "CSeq: [$1]").replace("[last_Via:]", lines)


def receives(what: str | int, *, optional: bool = False, keeps_route: bool = False) -> str:
    """Wait for a request (its method) or a response (its code)."""
    kind = "request" if isinstance(what, str) else "response"
    more = (' optional="true"' if optional else "") + (' rrs="true"' if keeps_route else "")
    return f'<recv {kind}="{what}"{more}/>\n'


def answers(code: int, reason: str, body: str = "", *, headers: Sequence[str] = (), to_tag: bool = False) -> str:
    """Answer the request received last; `to_tag` begins the dialog."""
    tag = ";tag=far-[call_number]" if to_tag else ""
    head = (
        f"SIP/2.0 {code} {reason}",
        "[last_Via:]", "[last_From:]", f"[last_To:]{tag}", "[last_Call-ID:]", "[last_CSeq:]",
        "Contact: <sip:far@[local_ip]:[local_port];transport=[transport]>", ALLOW, *headers,
    )  # fmt: skip
    return _send(head, body)


def calls(body: str = "", *, headers: Sequence[str] = ()) -> str:
    """A caller's INVITE to [service]."""
    return _send(_request("INVITE", 1, "", _INVITE_BRANCH, headers), body, retransmitted=True)


def acks(cseq: int = 1, body: str = "", *, routed: bool = False) -> str:
    """A caller's ACK of a 2xx; `routed` sends it by the proxies that a step with `keeps_route` has heard of."""
    if not routed:
        return _send(_request("ACK", cseq, "[peer_tag_param]", "[branch]"), body)
    head = _request("ACK", cseq, "[peer_tag_param]", "[branch]", ("[routes]",))
    return _send(("ACK [next_url] SIP/2.0", *head[1:]), body)


def acks_refusal() -> str:
    """A caller's ACK of anything else, in the INVITE's transaction."""
    return _send(_request("ACK", 1, "[peer_tag_param]", _INVITE_BRANCH), "")


def cancels() -> str:
    """A caller's CANCEL of its INVITE."""
    return _send(_request("CANCEL", 1, "", _INVITE_BRANCH), "")


def asks(method: str, cseq: int, body: str = "", *, headers: Sequence[str] = ()) -> str:
    """A caller's request within the dialog."""
    return _send(_request(method, cseq, "[peer_tag_param]", "[branch]", headers), body, retransmitted=True)


def reinvites(cseq: int, body: str, *, headers: Sequence[str] = ()) -> str:
    """A caller's re-INVITE, its answer and ACK."""
    return "".join(
        (asks("INVITE", cseq, body, headers=headers), receives(100, optional=True), receives(200), acks(cseq))
    )


def is_called(body: str = "", *, final: str | None = None) -> str:
    """A callee that rings and answers (with `body`, or the step `final`) and gets its ACK."""
    answer = final if final is not None else answers(200, "OK", body or sdp(), to_tag=True)
    return "".join((receives("INVITE"), answers(180, "Ringing", to_tag=True), answer, receives("ACK")))


def gets_bye() -> str:
    """Wait for BYE and answer it."""
    return receives("BYE") + answers(200, "OK")


def _request(method: str, cseq: int, to_tag: str, branch: str, headers: Sequence[str] = ()) -> tuple[str, ...]:
    return (
        f"{method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0",
        f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch}",
        "From: <sip:+3225550177@[local_ip]:[local_port]>;tag=caller-[call_number]",
        f"To: <sip:[service]@[remote_ip]:[remote_port]>{to_tag}",
        "Call-ID: [call_id]",
        f"CSeq: {cseq} {method}",
        "Contact: <sip:far@[local_ip]:[local_port];transport=[transport]>",
        "Max-Forwards: 70",
        ALLOW,
        *headers,
    )


def _send(head: Sequence[str], body: str, *, retransmitted: bool = False) -> str:
    named = any(line.startswith("Content-Type") for line in head)
    kind = ["Content-Type: application/sdp"] if body and not named else []
    text = "\n".join([*head, *kind, "Content-Length: [len]", "", body])
    opening = '<send retrans="500">' if retransmitted else "<send>"
    return f"{opening}<![CDATA[\n{text}\n]]></send>\n"
