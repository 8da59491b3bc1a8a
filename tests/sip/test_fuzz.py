"""Others send bytes that are nearly right, SIP and media, while calls go on: nothing falls over, and they sound on.

Which bytes, and for how long, is in tests/sip/fuzz/terms.py; `make fuzz` sends them to the library with sanitizers.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
import structlog

from engine.errors import LegGone, SipError
from engine.model.trunk import Trunk, new_trunk
from engine.ports import Ear, InboundCall, Said
from sip.config import PeersDue, StrangersDue, Tls
from sip.leg import SipLeg
from tests.peers.audio import longest_gap, when_heard
from tests.peers.certificates import make_pems
from tests.peers.ports import Ports
from tests.peers.waiting import HELD_UP_S
from tests.running.pace import PACE, patience
from tests.sip.conftest import Line, OpenLine
from tests.sip.fuzz.attacks import ENDS_S, PAUSE_S, TALKER, Attacked, answers_nearly_right, sends_media, sends_sip
from tests.sip.fuzz.heap import allocated_bytes
from tests.sip.fuzz.media_seeds import OFFERS, TRUNKS
from tests.sip.fuzz.terms import MINUTES, SEED
from tests.sip.guests import Guest, guests

pytestmark = [pytest.mark.sip, pytest.mark.slow]

STRANGERS: Final = tuple(f"127.78.{number}.{os.getpid() & 0xFF}" for number in range(8))
ANYBODY: Final = StrangersDue(are_refused=True, never_banned=[ip_network("127.0.0.0/8")])
"""Who is banned is heard no more, and reaches no reader of ours."""
UNLIMITED: Final = PeersDue(invites_per_s=100_000, wrong_numbers_per_s=100_000)
"""All that the trunks send is to reach the library."""
ANSWERS: Final = "answers"
"""The trunk that we call."""
TALK_S: Final = 60.0
LISTENING_S: Final = 10.0
SETTLED_S: Final = 180.0
MOST_GROWTH_BYTES: Final = 32 * 2**20


def address_of(trunk: str) -> str:
    """Of a trunk, which nobody else on this machine has."""
    return f"127.{80 + (*OFFERS, ANSWERS).index(trunk)}.{os.getpid() >> 8 & 0xFF}.{os.getpid() & 0xFF}"


def trunks() -> list[Trunk]:
    """One for each kind of media, and one that we call."""
    fields: dict[str, dict[str, str]] = {**TRUNKS, ANSWERS: {"user": "me", "password": "x"}}
    return [new_trunk({"name": name, "hosts": [f"{address_of(name)}:5060"], **more}) for name, more in fields.items()]


async def answer(leg: SipLeg, arrival: InboundCall, *, refused: bool) -> None:
    """Answer a call whose media are attacked until it ends, and any other for a moment unless it is `refused`."""
    # A caller may have gone meanwhile, or have described nothing that could be answered.
    with suppress(LegGone, SipError):
        if arrival.caller == TALKER:
            await leg.answer()
            await asyncio.sleep(TALK_S)
        elif refused:
            await leg.refuse(486)
        else:
            await leg.answer()
            await asyncio.sleep(PAUSE_S)
        await leg.hang_up()


async def answer_all(line: Line) -> None:
    """Answer all, and of the others one in twenty."""
    async with asyncio.TaskGroup() as answers:
        for number in count():
            leg, arrival = await line.arrivals.get()
            answers.create_task(answer(leg, arrival, refused=number % 20 > 0))


async def listen(line: Line, listener: Guest, speaker: Guest) -> None:
    """Be sure that the speaker is heard without a gap beyond what a busy machine makes, for ever."""
    await listener.ear.hears(speaker.hz, within_s=10, seconds=0.5)
    since_s = listener.ear.now_s
    while True:
        await asyncio.sleep(LISTENING_S)
        heard = listener.ear.heard(since_s)
        if not when_heard(heard, speaker.hz):
            figures = [await line.agent.bridge.figures(each.leg) for each in (listener, speaker)]
            told = (figures, listener.ear.reception, speaker.ear.reception, speaker.told(), listener.told())
            raise AssertionError(f"nothing of {speaker.hz} Hz for {LISTENING_S:g} s; {told}")
        PACE.measure()
        assert longest_gap(heard, speaker.hz).seconds <= patience(HELD_UP_S)
        # A gap at the end of what was heard is in the next part too, as a whole.
        since_s = listener.ear.now_s - HELD_UP_S


async def weigh(grown: list[int]) -> None:
    """Note how much more memory is used than after a part of the time, again and again.

    What an ended transaction leaves stays for 32 s and a dialog for 64 s, so what comes before says nothing.
    """
    await asyncio.sleep(min(SETTLED_S, MINUTES * 30))
    before = allocated_bytes()
    while True:
        await asyncio.sleep(LISTENING_S)
        grown.append(allocated_bytes() - before)
        print(f"{grown[-1] / 2**20:.1f} MiB more")


@asynccontextmanager
async def logged_to(path: Path) -> AsyncIterator[None]:
    """Inside, what is logged goes there: pytest would keep it in the memory that is weighed, 100 MiB in an hour."""
    with path.open("w") as file:
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(file))
        try:
            yield
        finally:
            structlog.reset_defaults()


async def has_no_strays(line: Line) -> None:
    """Once nobody waits for an answer any more, the library holds no call but those that we know of."""
    patient_until_s = asyncio.get_running_loop().time() + patience(2 * ENDS_S)
    while strays := await line.agent.strays():
        if asyncio.get_running_loop().time() > patient_until_s:
            told = "\n".join(await line.agent.calls_in_words())
            raise AssertionError(f"{strays} calls that are no leg of ours, among:\n{told}")
        await asyncio.sleep(LISTENING_S / 2)


@pytest.mark.costly("because it sends as much as it can for a minute, and for as long as make fuzz says")
async def test_nothing_that_is_nearly_right_ends_the_process_or_spoils_calls(
    open_line: OpenLine, ports: Ports, tmp_path: Path
) -> None:
    pems, grown = make_pems(tmp_path / "pems"), list[int]()
    async with (
        logged_to(tmp_path / "log"),
        open_line(
            rtp_ports=400,
            allow=[ip_network("127.0.0.1/32")],
            trunks=trunks(),
            strangers=ANYBODY,
            peers=UNLIMITED,
            trace_calls=20,
            session_expires_s=round(MINUTES * 120) + 1800,  # no refresh within: the far ends of SIPp answer none
            tls=Tls(pems.ca, pems.certificate, pems.key),
        ) as line,
        guests(line, ports, 2, longest_s=round(MINUTES * 60) + 300) as (one, other),
    ):
        await line.agent.bridge.connect(Said(one.leg), Ear(other.leg))
        await line.agent.bridge.connect(Said(other.leg), Ear(one.leg))
        attacked = Attacked(line)
        attacks: list[Coroutine[Any, Any, None]] = [
            answer_all(line), listen(line, one, other), listen(line, other, one), weigh(grown),
            sends_sip(attacked, tuple(map(address_of, OFFERS)), Random(f"trunks {SEED}")),
            sends_sip(attacked, STRANGERS, Random(f"strangers {SEED}")),
            *(sends_media(attacked, kind, address_of(kind), Random(f"{kind} {SEED}")) for kind in OFFERS),
            answers_nearly_right(attacked, address_of(ANSWERS), Random(f"{ANSWERS} {SEED}")),
        ]  # fmt: skip
        tasks = [asyncio.create_task(each) for each in attacks]
        ended, _ = await asyncio.wait(tasks, timeout=MINUTES * 60, return_when=asyncio.FIRST_EXCEPTION)
        for each in tasks:
            each.cancel()
        await asyncio.wait(tasks)
        failed = [str(error) for each in ended if (error := each.exception())]
        assert not failed, "\n".join(failed)
        await has_no_strays(line)
        for listener, speaker in ((one, other), (other, one)):
            assert await listener.hears_of([speaker], wanted=[speaker]) == {speaker.hz}
    print(dict(attacked.done), f"{max(grown) / 2**20:.1f} MiB at most, {grown[-1] / 2**20:.1f} at last, seed {SEED}")
    assert all(attacked.done[kind] for kind in ("sip", ANSWERS, *OFFERS)), attacked.done
    assert grown[-1] < MOST_GROWTH_BYTES, f"{grown[-1] / 2**20:.0f} MiB more, with seed {SEED}"
