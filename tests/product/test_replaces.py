"""INVITE with Replaces (RFC 3891) from a trunk that may: attended transfers by far ends, carried out by the book."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone
from tests.peers.customer import Customer
from tests.peers.ear import RtpEar
from tests.peers.platform import NUMBER, Json, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_callee import RawCallee, raw_callee
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.sip_message import SipMessage

pytestmark = pytest.mark.sip

AGENT = "+3225550199"
DIAL = f'<Response><Dial action="/dialled"><Number>{AGENT}</Number></Dial></Response>'
CALLER_HZ, AGENT_HZ, EXPERT_HZ = 500, 800, 1400
KEY, YES = "application/dtmf-relay", "Signal=1\r\nDuration=160\r\n"


@dataclass(frozen=True, slots=True)
class Line:
    """A far end with ears, and the description that names them."""

    ear: RtpEar
    sip: RawCaller

    @property
    def described(self) -> str:
        return audio(self.ear.port)

    async def calls(self, *headers: str) -> SipMessage:
        """The final answer to its INVITE; where that is 200 it sends there."""
        answer = await self.sip.asks("INVITE", *headers, body=self.described)
        if answer.code == 200:
            self.ear.follow(answer.sdp)
        return answer


@dataclass(frozen=True, slots=True)
class Desk:
    """A caller, the agent that its flow dials, and the expert to whom the agent hands over."""

    telefoon: Platform
    caller: Line
    expert: Line
    agent: RawCallee
    agent_ear: RtpEar

    async def answers(self) -> SipMessage:
        """The agent's INVITE, which is answered."""
        invite = await self.agent.gets("INVITE")
        self.agent_ear.follow(invite.sdp)
        self.agent.answer(invite, "200 OK", body=audio(self.agent_ear.port))
        return invite

    async def hangs_up_agent(self) -> SipMessage:
        """The BYE that the agent gets and answers."""
        bye = await self.agent.gets("BYE")
        self.agent.answer(bye, "200 OK")
        return bye

    async def row(self, direction: str) -> Json:
        return await self.telefoon.newest_call(direction=direction)


def in_place_of(invite: SipMessage, tag: str = "far", *more: str) -> str:
    """The Replaces by which somebody asks for the agent's place: it names the tags as we have them."""
    ours = invite.header("from").rpartition("tag=")[2]
    return "Replaces: " + ";".join((invite.header("call-id"), f"to-tag={ours}", f"from-tag={tag}", *more))


@asynccontextmanager
async def desk(
    folder: Path,
    ports: Ports,
    shop: Customer,
    *,
    replaces: str = "true",
    consent: str = "announce",
    hold: str = "music",
) -> AsyncIterator[Desk]:
    with ExitStack() as ears:
        heard = [ears.enter_context(RtpEar()) for _ in range(3)]
        for ear, hz in zip(heard, (CALLER_HZ, AGENT_HZ, EXPERT_HZ), strict=True):
            ear.say(tone(hz, 1), for_ever=True)
        number = {"--url": shop.url("/start"), "--consent": consent}
        async with (
            platform(folder, ports, number=number) as telefoon,
            raw_callee() as agent,
            raw_caller(telefoon.sip_port) as caller,
            raw_caller(telefoon.sip_port) as expert,
        ):
            expert.from_ = f"<sip:+32470999999@{HOST}>;tag=expert"
            added = ("trunks", "add", "pbx", "--host", f"{HOST}:{agent.port}", "--set", "keep_alive=none")
            await asyncio.to_thread(telefoon.telefoon, *added, "--set", f"replaces={replaces}", "--set", f"hold={hold}")
            await asyncio.sleep(2)  # a trunk takes effect so soon
            yield Desk(telefoon, Line(heard[0], caller), Line(heard[2], expert), agent, heard[1])


async def test_an_attended_transfer_of_the_called_party_joins_the_caller_to_whom_it_was_handed(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    told_of = '<Number statusCallback="/status" statusCallbackEvent="completed">'
    shop.flows["/start"] = DIAL.replace("<Number>", told_of)
    shop.flows["/dialled"] = "<Response><Hangup/></Response>"
    async with desk(tmp_path, ports, shop) as at:
        calling = asyncio.create_task(at.caller.calls())
        invite = await at.answers()
        await calling
        await at.caller.ear.hears(AGENT_HZ, within_s=10)

        answer = await at.expert.calls(in_place_of(invite), "Require: replaces", "Supported: replaces")
        bye = await at.hangs_up_agent()
        await at.caller.ear.hears(EXPERT_HZ, within_s=10)
        await at.expert.ear.hears(CALLER_HZ, within_s=10)
        since_s = at.caller.ear.now_s
        await asyncio.sleep(1)
        handed_over = at.caller.ear.heard(since_s)

        inbound = (await at.telefoon.get("calls", direction="inbound"))["calls"]
        expert = next(each for each in inbound if each["from"] == "+32470999999")
        caller = next(each for each in inbound if each["from"] == "+32470123456")
        agent = await at.telefoon.ended_call((await at.row("outbound"))["id"])
        told = [each["kind"] for each in await at.telefoon.events(expert["id"])]
        assert caller["status"] == expert["status"] == "in-progress"

        await at.expert.sip.asks("BYE")
        dialled = (await shop.is_asked("/dialled"))[0]
        await at.caller.sip.is_asked("BYE")
        ended = await at.telefoon.ended_call(expert["id"])
        statuses = await shop.is_asked("/status", times=2)

    assert answer.code == 200
    assert "replaces" in answer.header("supported")
    assert "replaces" in invite.header("supported")
    assert bye.method == "BYE"
    assert hears(handed_over, EXPERT_HZ, seconds=0.5)
    assert not hears(handed_over, AGENT_HZ, seconds=0.2)
    assert agent["status"] == ended["status"] == "completed"
    assert expert["parent_id"] == agent["parent_id"] == caller["id"]
    assert "replaces" in told
    assert (dialled["DialCallSid"], dialled["DialCallStatus"]) == (expert["id"], "completed")
    assert {each["CallSid"]: each["CallStatus"] for each in statuses} == dict.fromkeys(
        (agent["id"], expert["id"]), "completed"
    )
    assert sum(int(each["CallDuration"]) for each in statuses) == agent["duration"] + ended["duration"]


async def test_the_place_of_the_caller_is_taken_with_its_flow(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = DIAL
    shop.flows["/dialled"] = "<Response><Play>/sound.wav</Play><Hangup/></Response>"
    async with desk(tmp_path, ports, shop) as at:
        calling = asyncio.create_task(at.caller.calls())
        await at.answers()
        answered = await calling
        caller = await at.row("inbound")
        ours = f"to-tag={at.caller.sip.to_tag};from-tag=raw"

        assert answered.code == 200
        assert (await at.expert.calls(f"Replaces: {at.caller.sip.call_id};{ours}")).code == 200
        await at.caller.sip.is_asked("BYE")
        await at.agent_ear.hears(EXPERT_HZ, within_s=10)
        expert = await at.row("inbound")
        await at.agent.asks(at.agent.requests("INVITE")[0], "BYE")
        told = (await shop.is_asked("/dialled"))[0]
        await at.expert.sip.is_asked("BYE")
        ended = await at.telefoon.ended_call(caller["id"])
        noted = await at.telefoon.noted(caller["id"], "replaced")

    assert (told["CallSid"], told["ParentCallSid"]) == (expert["id"], caller["id"])
    assert ended["status"] == "completed"
    assert noted["call"] == expert["id"]


async def test_a_call_that_is_rung_is_taken_by_somebody_else(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = DIAL
    shop.flows["/dialled"] = "<Response><Hangup/></Response>"
    async with desk(tmp_path, ports, shop) as at:
        calling = asyncio.create_task(at.caller.calls())
        invite = await at.agent.gets("INVITE")
        at.agent.answer(invite, "180 Ringing")
        outbound = await at.row("outbound")
        await at.telefoon.call_when(outbound["id"], "ringing")

        assert (await at.expert.calls(in_place_of(invite, "far", "early-only"))).code == 200
        cancelled = await at.agent.gets("CANCEL")
        at.agent.answer(cancelled, "200 OK")
        at.agent.answer(invite, "487 Request Terminated")
        await calling
        await at.caller.ear.hears(EXPERT_HZ, within_s=10)
        await at.expert.ear.hears(CALLER_HZ, within_s=10)
        rung = await at.telefoon.ended_call(outbound["id"])

    assert rung["status"] == "canceled"
    assert rung["duration"] == 0


async def test_who_may_not_have_a_place_is_told_why_and_the_call_goes_on(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = DIAL.replace("<Dial", '<Dial answerOnBridge="true"')
    async with desk(tmp_path, ports, shop) as at:
        await asyncio.to_thread(at.telefoon.telefoon, "keys", "create", "--account", "other")
        await asyncio.to_thread(at.telefoon.telefoon, "numbers", "add", "+3225550300", "--account", "other")
        calling = asyncio.create_task(at.caller.calls())
        invite = await at.agent.gets("INVITE")
        at.agent.answer(invite, "180 Ringing")
        its_own = at.caller.sip
        ringing = await its_own.gets(180)
        early = f"{its_own.call_id};to-tag={ringing.header('to').rpartition('tag=')[2]};from-tag=raw"
        refused = {"an early dialog that the far end began": await at.expert.calls(f"Replaces: {early}")}
        at.agent_ear.follow(invite.sdp)
        at.agent.answer(invite, "200 OK", body=audio(at.agent_ear.port))
        await calling
        wanted = in_place_of(invite)

        refused["a confirmed one, early-only"] = await at.expert.calls(in_place_of(invite, "far", "early-only"))
        refused["an unknown one"] = await at.expert.calls("Replaces: nobody@x;to-tag=1;from-tag=2")
        refused["another tag"] = await at.expert.calls(in_place_of(invite, "other"))
        refused["two"] = await at.expert.calls(wanted, wanted)
        refused["no tags"] = await at.expert.calls("Replaces: nobody@x")
        at.expert.sip.called = "+3225550300"
        refused["another account's"] = await at.expert.calls(wanted)
        await at.caller.ear.hears(AGENT_HZ, within_s=10, since_s=at.caller.ear.now_s)
        await its_own.asks("BYE")
        await at.hangs_up_agent()
        at.expert.sip.called = NUMBER
        refused["one that has ended"] = await at.expert.calls(wanted)

    assert {what: answer.code for what, answer in refused.items()} == {
        "an early dialog that the far end began": 481,
        "a confirmed one, early-only": 486,
        "an unknown one": 481,
        "another tag": 481,
        "two": 400,
        "no tags": 400,
        "another account's": 481,
        "one that has ended": 603,
    }
    told = {what: {name.lower() for name, _ in answer.headers} for what, answer in refused.items()}
    assert told["another account's"] == told["an unknown one"]


async def test_a_trunk_that_may_not_is_refused_whatever_it_names(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = DIAL
    async with desk(tmp_path, ports, shop, replaces="false") as at:
        calling = asyncio.create_task(at.caller.calls())
        invite = await at.answers()
        answered = await calling

        refused = await at.expert.calls(in_place_of(invite))
        unknown = await at.expert.calls("Replaces: nobody@x;to-tag=1;from-tag=2")
        await at.caller.ear.hears(AGENT_HZ, within_s=10, since_s=at.caller.ear.now_s)

    assert (refused.code, unknown.code) == (403, 403)
    assert "replaces" not in answered.header("supported")
    assert "replaces" not in invite.header("supported")


async def test_a_call_that_ends_while_its_place_is_taken_leaves_nobody_on_the_line(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = DIAL
    shop.flows["/dialled"] = "<Response><Hangup/></Response>"
    async with desk(tmp_path, ports, shop) as at:
        calling = asyncio.create_task(at.caller.calls())
        invite = await at.answers()
        await calling

        at.expert.sip.request("INVITE", in_place_of(invite), body=at.expert.described)
        answer = await at.expert.sip.answer("INVITE")
        await at.agent.asks(invite, "BYE")
        at.expert.sip.to_tag = answer.header("to").rpartition("tag=")[2]
        at.expert.sip.request("ACK", number=1)
        await at.expert.sip.is_asked("BYE")
        await at.caller.sip.is_asked("BYE")
        late = (await at.telefoon.get("calls", direction="inbound"))["calls"][0]
        noted = await at.telefoon.noted(late["id"], "not_replaced")

    assert "ended" in noted["reason"] or "over" in noted["reason"]


async def test_a_participant_hands_its_seat_over(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = '<Response><Dial><Conference beep="false">desk</Conference></Dial></Response>'
    async with desk(tmp_path, ports, shop) as at:
        first = await at.caller.calls()
        placed = await at.telefoon.place(AGENT, flow=shop.flows["/start"])
        invite = await at.answers()
        await at.caller.ear.hears(AGENT_HZ, within_s=10)
        seat = (await at.telefoon.get("conferences", friendly_name="desk"))["conferences"][0]["id"]

        assert (await at.expert.calls(in_place_of(invite))).code == 200
        await at.hangs_up_agent()
        await at.caller.ear.hears(EXPERT_HZ, within_s=10)
        await at.expert.ear.hears(CALLER_HZ, within_s=10)
        await at.telefoon.ended_call(placed["id"])
        expert = await at.row("inbound")
        here = (await at.telefoon.get(f"conferences/{seat}/participants"))["participants"]
        await at.telefoon.patch(f"conferences/{seat}/participants/{expert['id']}", {"muted": True})
        await asyncio.sleep(0.5)
        since_s = at.caller.ear.now_s
        await asyncio.sleep(1)
        muted = at.caller.ear.heard(since_s)

    assert first.code == 200
    assert expert["id"] in {each["call_id"] for each in here}
    assert placed["id"] not in {each["call_id"] for each in here}
    assert not hears(muted, EXPERT_HZ)


async def test_a_place_is_given_once_and_who_has_it_is_told_that_it_is_on_hold(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = DIAL
    async with desk(tmp_path, ports, shop, hold="sendonly") as at, raw_caller(at.telefoon.sip_port) as second:
        calling = asyncio.create_task(at.caller.calls())
        invite = await at.answers()
        await calling
        outbound = await at.row("outbound")
        holding = asyncio.create_task(at.telefoon.patch(f"calls/{outbound['id']}", {"hold": True}))
        held = await at.agent.gets("INVITE", times=2)
        at.agent.answer(held, "200 OK", body=audio(at.agent_ear.port, more="a=recvonly\r\n"))
        await holding

        at.expert.sip.request("INVITE", in_place_of(invite), body=at.expert.described)
        late = await at.expert.sip.answer("INVITE")
        first = await second.asks("INVITE", in_place_of(invite), body=at.expert.described)
        told = await second.is_asked("INVITE")
        second.respond(told, "200 OK", body=audio(at.expert.ear.port, more="a=recvonly\r\n"))
        await at.hangs_up_agent()
        at.expert.sip.to_tag = late.header("to").rpartition("tag=")[2]
        at.expert.sip.request("ACK", number=1)
        await at.expert.sip.is_asked("BYE")

    assert told.sdp is not None
    assert told.sdp.direction == "sendonly"
    assert first.code == late.code == 200
    assert not second.requests("BYE")


@pytest.mark.parametrize("agrees", [True, False])
async def test_a_recording_goes_on_and_holds_the_newcomer_only_with_consent(
    tmp_path: Path, ports: Ports, shop: Customer, agrees: bool
) -> None:
    shop.flows["/start"] = (
        f'<Response><Dial record="record-from-answer-dual"><Number>{AGENT}</Number></Dial></Response>'
    )
    async with desk(tmp_path, ports, shop, consent="both-parties") as at:
        calling = asyncio.create_task(at.caller.calls())
        invite = await at.answers()
        await calling
        caller, agent = await at.row("inbound"), await at.row("outbound")
        await at.caller.ear.hears_sound(seconds=1, within_s=30, since_s=0)
        await at.caller.sip.asks("INFO", body=YES, content_type=KEY)
        await at.agent.asks(invite, "INFO", body=YES, content_type=KEY)
        await at.telefoon.noted(caller["id"], "recording_started", within_s=30)
        await asyncio.sleep(2)

        assert (await at.expert.calls(in_place_of(invite))).code == 200
        await at.hangs_up_agent()
        await at.caller.ear.hears(EXPERT_HZ, within_s=20)
        expert = await at.row("inbound")
        await at.expert.ear.hears_sound(seconds=2, within_s=20, since_s=0)
        if agrees:
            await at.expert.sip.asks("INFO", body=YES, content_type=KEY)
        answered = await at.telefoon.noted(expert["id"], "consent", within_s=60)
        await asyncio.sleep(3)
        await at.caller.sip.asks("BYE")
        row, path = await at.telefoon.recording(tmp_path)
        await at.telefoon.ended_call(agent["id"])

    called = Sound.of_file(path, 1)
    assert row["call_id"] == caller["id"]
    assert answered["given"] == ("yes" if agrees else "no")
    assert hears(called, AGENT_HZ, seconds=1)
    assert hears(called, EXPERT_HZ, seconds=1) == agrees
    assert hears(Sound.of_file(path, 0), CALLER_HZ, seconds=1)
