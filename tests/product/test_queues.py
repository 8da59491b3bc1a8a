"""Callers who wait in a queue, and those who take them out of it."""

from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip

AGENTS = "+3225550101"


def dialling(telefoon: Platform, *more: str, caller: str, number: str = NUMBER) -> list[str]:
    return ["--dial", f"sip:{number}@127.0.0.1:{telefoon.sip_port}", "--from", caller, *more]


async def test_a_caller_waits_with_the_customers_document_until_an_agent_takes_the_call(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    at_caller, at_agent = tmp_path / "caller.wav", tmp_path / "agent.wav"
    one, other = tone(500, 60).save(tmp_path / "500.wav"), tone(900, 30).save(tmp_path / "900.wav")
    shop.flows["/wait.wav"] = tone(1400, 1).save(tmp_path / "1400.wav").read_bytes()
    shop.flows["/start"] = '<Response><Enqueue waitUrl="/wait" action="/left">support</Enqueue></Response>'
    shop.flows["/wait"] = "<Response><Play>/wait.wav</Play></Response>"
    shop.flows["/left"] = "<Response/>"
    shop.flows["/agent"] = (
        '<Response><Dial timeLimit="5" action="/served"><Queue url="/about">support</Queue></Dial></Response>'
    )
    shop.flows["/about"] = "<Response><Pause/></Response>"
    shop.flows["/served"] = "<Response/>"
    async with platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon:
        telefoon.telefoon("numbers", "add", AGENTS, "--account", "demo", "--url", shop.url("/agent"))
        waiting = dialling(telefoon, "--play", str(one), "--record", str(at_caller), caller="+3225550177")
        async with phone(*waiting) as caller:
            await shop.is_asked("/wait", times=2)
            queue = (await telefoon.get("queues"))["queues"][0]
            looked_into = await telefoon.get(f"queues/{queue['id']}")
            assert queue["id"] in telefoon.telefoon("queues", "list", "--key", telefoon.key)
            assert "Place" in telefoon.telefoon("queues", "show", queue["id"], "--key", telefoon.key)
            serving = dialling(
                telefoon, "--play", str(other), "--record", str(at_agent), caller="+3225550178", number=AGENTS
            )
            async with phone(*serving) as agent:
                await agent.tells("recorded", within_s=30)
                await caller.tells("recorded")
            left = (await shop.is_asked("/left"))[0]
            figures = (await telefoon.get(f"queues/{queue['id']}"))["figures"]

    waited = shop.forms("/wait")[0]
    assert (waited["QueuePosition"], waited["CurrentQueueSize"], waited["QueueSid"]) == ("1", "1", queue["id"])
    assert (queue["friendly_name"], queue["waiting"]) == ("support", 1)
    assert [member["position"] for member in looked_into["members"]] == [1]
    assert shop.forms("/about")[0]["QueueSid"] == queue["id"]
    assert (left["QueueResult"], shop.forms("/served")[0]["DialCallStatus"]) == ("bridged", "completed")
    assert figures["served"] == 1
    assert hears(Sound.of_file(at_caller), 1400, seconds=0.8)
    assert hears(Sound.of_file(at_caller), 900, seconds=2)
    assert hears(Sound.of_file(at_agent), 500, seconds=2)


async def test_the_time_in_the_queue_is_told_without_the_talk(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    sound = str(tone(500, 60).save(tmp_path / "500.wav"))
    shop.flows["/start"] = '<Response><Enqueue action="/left">support</Enqueue></Response>'
    shop.flows["/left"] = "<Response/>"
    shop.flows["/agent"] = '<Response><Dial timeLimit="10" action="/served"><Queue>support</Queue></Dial></Response>'
    shop.flows["/served"] = "<Response/>"
    async with platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon:
        telefoon.telefoon("numbers", "add", AGENTS, "--account", "demo", "--url", shop.url("/agent"))
        async with phone(*dialling(telefoon, "--play", sound, caller="+3225550178", number=AGENTS)):
            await shop.is_asked("/agent")
            async with phone(*dialling(telefoon, "--play", sound, caller="+3225550177")):
                [served] = await shop.is_asked("/served")
                [left] = await shop.is_asked("/left")

    assert (left["QueueResult"], served["DialCallDuration"]) == ("bridged", "10")
    assert int(left["QueueTime"]) < 10


async def test_the_higher_priority_is_taken_first_and_leave_goes_on_after_enqueue(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = '<Response><Enqueue action="/left">support</Enqueue></Response>'
    shop.flows["/vip"] = '<Response><Enqueue priority="5" action="/left">support</Enqueue></Response>'
    shop.flows["/taken"] = "<Response><Hangup/></Response>"
    shop.flows["/leaving"] = '<Response><Enqueue waitUrl="/leave" action="/left">support</Enqueue></Response>'
    shop.flows["/leave"] = "<Response><Pause/><Leave/></Response>"
    shop.flows["/left"] = "<Response/>"
    async with platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon:
        for number, path in ((AGENTS, "/vip"), ("+3225550102", "/leaving")):
            telefoon.telefoon("numbers", "add", number, "--account", "demo", "--url", shop.url(path))
        async with phone(*dialling(telefoon, caller="+3225550171")) as first:
            await telefoon.noted((await telefoon.newest_call())["id"], "queue_entered")
            async with phone(*dialling(telefoon, caller="+3225550172", number=AGENTS)) as vip:
                await telefoon.noted((await telefoon.newest_call(to=AGENTS))["id"], "queue_entered")
                [queue] = (await telefoon.get("queues"))["queues"]
                taken = await telefoon.post(f"queues/{queue['id']}/take", {"url": shop.url("/taken")})
                await vip.tells("hung_up")
                async with phone(*dialling(telefoon, caller="+3225550173", number="+3225550102")) as leaver:
                    await leaver.tells("hung_up", within_s=20)
                assert not [event for event in first.told if event["event"] == "hung_up"]

    assert taken["from"] == "+3225550172"
    assert shop.forms("/left")[0]["QueueResult"] == "leave"
