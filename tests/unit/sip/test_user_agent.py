"""The user agent in asyncio's thread: what the SIP stack tells reaches the leg that it is about."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from config.settings import SipTransport
from engine.errors import SipError
from engine.model.call import Event
from engine.ports import Alerted, Answered, DialRequest, EndedBy, HungUp, InboundCall, LegEvent, LegId
from sip.config import ListenAddress, SipConfig, Tls
from sip.leg import SipLeg
from sip.user_agent import UserAgent

ENDED = HungUp(Event.HUNG_UP, EndedBy.FAR_END, 200, "OK", 16)
FIRST, SECOND = LegId(1), LegId(2)


class Refusing:
    """Stands for the SIP thread: the library refuses whatever is asked of it."""

    async def run(self, _command: Callable[[], object]) -> object:
        raise SipError("PJSIP_EINVALIDURI")

    def later(self, command: Callable[[], object]) -> None: ...
    def after(self, seconds: float, command: Callable[[], object]) -> None: ...
    def emit(self, deliver: Callable[[], object]) -> None: ...


@pytest.fixture
def arrivals() -> list[SipLeg]:
    return []


@pytest.fixture
def agent(arrivals: list[SipLeg]) -> UserAgent:
    listening = ListenAddress("127.0.0.1", 5060, [SipTransport.UDP], None, 10000, 10010)
    config = SipConfig(listening, ["PCMA"], 1800, Tls(), [])
    thread: Any = Refusing()
    return UserAgent(config, thread, lambda leg, _: arrivals.append(leg))


def arrives(agent: UserAgent, leg: LegId) -> None:
    agent.arrived(leg, f"call-{leg}", InboundCall("+3225550199", "+3225550100", "192.0.2.1:5060"))


async def heard_by(leg: SipLeg) -> list[LegEvent]:
    return [event async for event in leg.events()]


async def test_each_leg_hears_what_happens_to_it_until_its_end(agent: UserAgent, arrivals: list[SipLeg]) -> None:
    arrives(agent, FIRST)
    arrives(agent, SECOND)

    agent.happened(FIRST, Answered())
    agent.happened(SECOND, Alerted(180, False))
    agent.happened(FIRST, ENDED)
    agent.happened(FIRST, Answered())
    agent.happened(SECOND, ENDED)

    assert [leg.sip_call_id for leg in arrivals] == ["call-1", "call-2"]
    assert await heard_by(arrivals[0]) == [Answered(), ENDED]
    assert await heard_by(arrivals[1]) == [Alerted(180, False), ENDED]


async def test_a_leg_that_is_over_is_kept_no_longer(agent: UserAgent, arrivals: list[SipLeg]) -> None:
    arrives(agent, FIRST)
    leg = weakref.ref(arrivals.pop())

    agent.happened(FIRST, ENDED)
    gc.collect()

    assert leg() is None


async def test_a_leg_that_the_library_refuses_to_dial_is_not_kept(agent: UserAgent) -> None:
    with pytest.raises(SipError):
        await agent.dial(DialRequest("sip:nobody", "+3225550100", "CA1"))

    assert not agent._legs
