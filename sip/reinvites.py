"""What re-INVITEs of ours have in common, whatever they ask for: what they carry, how they are answered, when again.

Every function here but `glare_pause_s` runs on the SIP thread.
"""

from typing import Final

import pjsua2 as pj

CHALLENGES: Final = (401, 407)
"""After these the library sends the request again with credentials."""
REQUEST_PENDING: Final = 491
"""RFC 3261 §14.1: two re-INVITEs have met."""


def audio_alone() -> pj.CallOpParam:
    """How a call or a re-INVITE is sent that offers one line of audio and nothing else."""
    prm = pj.CallOpParam(True)
    prm.opt.audioCount, prm.opt.videoCount, prm.opt.textCount = 1, 0, 0
    return prm


def glare_pause_s(*, inbound: bool, chance: float) -> float:
    """How long to wait where two re-INVITEs have met: whoever has called waits longer (RFC 3261 §14.1).

    `chance` is from 0 to 1.
    """
    shortest_s, longest_s = (0.0, 2.0) if inbound else (2.1, 4.0)
    return round(shortest_s + (longest_s - shortest_s) * chance, 2)


def final_answer_code(event: pj.SipEvent) -> int:
    """The code of the final answer to an INVITE of ours which a transaction tells of; 0 where it tells of no such."""
    transaction = event.body.tsxState.tsx
    if transaction.method != "INVITE" or transaction.role != pj.PJSIP_ROLE_UAC:
        return 0
    code, state = int(transaction.statusCode), transaction.state
    # One that was refused ends once more, half a minute later.
    final = pj.PJSIP_TSX_STATE_TERMINATED if 200 <= code < 300 else pj.PJSIP_TSX_STATE_COMPLETED
    return code if code >= 200 and state == final else 0
