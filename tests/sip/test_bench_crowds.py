"""The crowds of `python -m bench`: who is called stays until it is hung up on, and who is refused is not lost."""

from pathlib import Path

import pytest

from bench import crowds
from bench.crowds import Outcome, call, called
from bench.probes import Probes
from bench.scenario import Place
from bench.scripts import A_LAW, is_called, is_hung_up_on, script, talks
from bench.two_lengths import Caller
from tests.peers.ports import Ports
from tests.peers.scenario import answers, receives

pytestmark = pytest.mark.sip

REFUSES = script(receives("INVITE"), answers(503, "Service Unavailable", to_tag=True), receives("ACK"))
ASKS_TO_COME_AGAIN = REFUSES.replace("Contact:", "Retry-After: 1\nContact:")


async def test_who_is_called_sounds_for_longer_than_a_caller_waits_for_a_message(
    tmp_path: Path, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowds, "_MESSAGE_S", 1)
    place = Place(tmp_path, ports)

    with Probes(1) as probes:
        async with called(script(is_called(A_LAW), talks(A_LAW), is_hung_up_on()), 1, place) as callees:
            outcome = await call(Caller("callee").crowd(1, 1, 4, probes=probes), callees.port, place)
        arrived = probes.all[0].arrivals_s

    assert (outcome.succeeded, outcome.failed) == (1, 0)
    assert arrived[-1] - arrived[0] > 3


@pytest.mark.parametrize(("callee", "outcome"), [(ASKS_TO_COME_AGAIN, Outcome(3, 0, ())), (REFUSES, Outcome(0, 3, ()))])
async def test_who_may_be_refused_is_not_lost_where_it_is_told_when_to_try_again(
    tmp_path: Path, ports: Ports, callee: str, outcome: Outcome
) -> None:
    place = Place(tmp_path, ports)

    async with called(callee, 3, place) as callees:
        found = await call(Caller("full", may_be_refused=True).crowd(3, 3, 0.5), callees.port, place)

    assert found == outcome
