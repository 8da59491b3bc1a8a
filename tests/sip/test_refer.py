"""REFER (RFC 3515), as we send it and as we are sent it."""

import pytest

from engine.ports import Answered, ReferAnswered, ReferRequested
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import acks, answers, asks, calls, gets_bye, receives, scenario, sdp
from tests.peers.sipp import Sipp, sipp
from tests.sip.conftest import Line, Watch

pytestmark = pytest.mark.sip

RINGS = receives(100, optional=True) + receives(180)


def caller(*then: str) -> str:
    return scenario(calls(sdp()), RINGS, receives(200), acks(), *then)


def notify(cseq: int, status: str, state: str) -> str:
    """What becomes of the reference, as a message fragment (RFC 3420)."""
    headers = ("Event: refer", f"Subscription-State: {state}", "Content-Type: message/sipfrag;version=2.0")
    return asks("NOTIFY", cseq, f"SIP/2.0 {status}", headers=headers) + receives(200)


async def answered(line: Line) -> Watch:
    leg, _ = await line.takes()
    call = Watch(leg).start()
    await leg.ring()
    await leg.answer()
    await call.sees(Answered)
    return call


async def hung_up(call: Watch, far_end: Sipp) -> None:
    await call.leg.hang_up()
    await call.ends()
    await far_end.finishes()


async def test_the_far_end_is_referred_and_tells_how_it_went(line: Line, ports: Ports, ear: RtpEar) -> None:
    script = caller(
        receives("REFER"),
        answers(202, "Accepted"),
        notify(2, "100 Trying", "active;expires=60"),
        notify(3, "200 OK", "terminated;reason=noresource"),
        gets_bye(),
    )
    async with sipp(script, ports, target=line.port, keys={"ear": ear.port}) as far_end:
        call = await answered(line)

        await call.leg.refer("sip:desk@pbx.example")

        refer = await far_end.gets("REFER")
        assert "sip:desk@pbx.example" in refer.header("Refer-To")
        told = [await call.sees(ReferAnswered, times=number) for number in (1, 2, 3)]
        assert [(each.code, each.final) for each in told] == [(100, False), (100, False), (200, True)]
        await hung_up(call, far_end)


async def test_a_far_end_that_will_not_be_referred_says_so(line: Line, ports: Ports, ear: RtpEar) -> None:
    script = caller(receives("REFER"), answers(603, "Decline"), gets_bye())
    async with sipp(script, ports, target=line.port, keys={"ear": ear.port}) as far_end:
        call = await answered(line)

        await call.leg.refer("sip:desk@pbx.example")

        last = await call.sees(ReferAnswered)
        assert (last.code, last.final) == (603, True)
        await hung_up(call, far_end)


async def test_we_call_nobody_because_a_far_end_asks_for_it(line: Line, ports: Ports, ear: RtpEar) -> None:
    refer = asks("REFER", 2, headers=("Refer-To: <sip:expensive@127.0.0.1:9>",))
    script = caller(refer, receives(603), gets_bye())
    async with sipp(script, ports, target=line.port, keys={"ear": ear.port}) as far_end:
        call = await answered(line)

        asked = await call.sees(ReferRequested)

        assert asked.target.strip("<>") == "sip:expensive@127.0.0.1:9"
        await hung_up(call, far_end)
