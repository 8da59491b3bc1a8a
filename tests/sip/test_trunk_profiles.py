"""Each profile of config/trunks against a carrier that has the habits of its style (`carrier_habits.py`)."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.model.trunk import new_trunk
from engine.model.trunk.profiles import profiles, with_profile
from engine.ports import DialRequest, DigitPressed, MediaChanged
from sip.config import Tls
from tests.peers.certificates import make_pems
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.sip_message import SipMessage
from tests.peers.waiting import eventually
from tests.sip.carrier_habits import HABITS, USER
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.habitual_carrier import HOST, HabitualCarrier, habitual_carrier

pytestmark = pytest.mark.sip

EVERY = ["PCMU", "PCMA", "G722"]


@asynccontextmanager
async def at_a_carrier(
    profile: str, open_line: OpenLine, ports: Ports, ear: RtpEar, folder: Path
) -> AsyncIterator[tuple[Line, HabitualCarrier]]:
    """The product with a trunk of the profile, registered where that is the carrier's habit."""
    pems = make_pems(folder)
    tls = Tls(pems.ca, pems.certificate, pems.key)
    async with (
        habitual_carrier(HABITS[profile], ports, ear, pems) as carrier,
        open_line(codecs=EVERY, tls=tls) as line,
    ):
        given = {"name": "carrier", "hosts": [f"{HOST}:{carrier.port}"], "user": USER, "password": "pw"}
        await line.agent.use_trunks([new_trunk(with_profile({**given, "profile": profile}))])
        if HABITS[profile].registers:
            await carrier.sipp.gets("REGISTER", times=2)
        yield line, carrier


def uri_in(header: str) -> str:
    """A URI, or that of an address, without port and angles."""
    found = re.search(r"<([^>]*)>", header)
    return re.sub(r":\d+(?=;|$)", "", found[1] if found else header.partition(";tag=")[0])


def codecs_of(invite: SipMessage) -> str:
    assert invite.sdp is not None
    names = [invite.sdp.names[each].split("/")[0] for each in invite.sdp.formats]
    return " ".join(name for name in names if name != "TELEPHONE-EVENT")


def test_the_habits_of_each_profile_are_written_down() -> None:
    assert set(HABITS) == set(profiles())


@pytest.mark.parametrize("profile", HABITS)
async def test_a_call_goes_out_as_the_carrier_wants_it(
    open_line: OpenLine, ports: Ports, ear: RtpEar, tmp_path: Path, profile: str
) -> None:
    habits = HABITS[profile]
    async with at_a_carrier(profile, open_line, ports, ear, tmp_path) as (line, carrier):
        call = Watch(await line.agent.dial(DialRequest(habits.numbers.called, habits.numbers.ours, "CA1"))).start()
        await call.sees(MediaChanged)
        invite = await carrier.sipp.gets("INVITE", times=2 if habits.asks_in_invite else 1)
        carrier.hears_by(ear, invite)

        await call.leg.press("5#")
        await ear.hears_keys("5#", within_s=10)
        await call.leg.hang_up()
        await call.ends()

    assert uri_in(invite.request_uri) == habits.request_uri + (";transport=tls" if habits.tls else "")
    assert uri_in(invite.header("to")) == habits.request_uri
    assert uri_in(invite.header("from")) == habits.caller
    told = {name: uri_in(value) for name, value in invite.headers if "-Identity" in name or name == "Remote-Party-ID"}
    assert told == dict([habits.identity] if habits.identity else [])
    assert codecs_of(invite) == habits.codecs
    assert invite.sdp is not None
    assert ("crypto" in invite.sdp.text) is habits.srtp
    assert bool(invite.header("proxy-authorization")) is habits.asks_in_invite


@pytest.mark.parametrize("profile", HABITS)
async def test_a_call_comes_in_as_the_carrier_sends_it(
    open_line: OpenLine, ports: Ports, ear: RtpEar, tmp_path: Path, profile: str
) -> None:
    habits = HABITS[profile]
    async with (
        at_a_carrier(profile, open_line, ports, ear, tmp_path) as (line, carrier),
        carrier.calling(line.port, line.port + 1, ear) as calling,
    ):
        leg, arrival = await line.takes()
        call = Watch(leg).start()
        await leg.answer()
        carrier.hears_by(ear, await calling.gets("200 INVITE"))
        ear.press("7*")

        await eventually(
            lambda: (
                [each for each in call.seen if isinstance(each, DigitPressed)]
                == [DigitPressed("7", "rfc4733"), DigitPressed("*", "rfc4733")]
            ),
            within_s=10,
            otherwise=lambda: str(call.seen),
        )
        await calling.finishes()

    assert (arrival.called, arrival.caller) == (habits.numbers.ours, habits.numbers.theirs)
