"""What a call that is placed over REST may be given: its far end, and the customer's server, get what was asked for."""

from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.sip_answerer import sip_answerer

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
VOICE_HZ, OURS_HZ = 700, 1300


def trunk_to(port: int) -> dict[str, str]:
    return {"TRUNK": f"sip:127.0.0.1:{port}"}


async def test_a_flow_and_its_fallback_are_requested_as_the_order_says(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.failing.add("/flow")
    shop.flows["/spare"] = "<Response><Say>One moment.</Say></Response>"
    order = {
        "url": shop.url("/flow?shop=7"), "method": "GET",
        "fallback_url": shop.url("/spare"), "fallback_method": "GET",
    }  # fmt: skip
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        placed = await telefoon.place(CALLEE, **order)
        call = await telefoon.ended_call(placed["id"])
        said = await telefoon.noted(call["id"], "said")

    asked = [(each.method, each.path) for each in shop.asked]
    assert asked[0] == ("GET", "/flow")
    assert asked[-1] == ("GET", "/spare")
    assert {method for method, _ in asked} == {"GET"}
    assert (shop.forms("/flow")[0]["shop"], shop.forms("/spare")[0]["CallSid"]) == ("7", call["id"])
    assert said["text"] == "One moment."
    assert {name: call[name] for name in order} == order


async def test_a_callback_is_told_by_its_method_of_the_changes_that_were_asked_for(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    order = {
        "status_callback": shop.url("/status?shop=7"), "status_callback_method": "GET",
        "status_callback_events": ["initiated", "completed"],
    }  # fmt: skip
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        placed = await telefoon.place(CALLEE, flow="<Response><Hangup/></Response>", **order)
        call = await telefoon.ended_call(placed["id"])
        told = await shop.is_asked("/status", times=2)

    assert [form["CallStatus"] for form in told] == ["queued", "completed"]
    assert {each.method for each in shop.asked} == {"GET"}
    assert {form["shop"] for form in told} == {"7"}
    assert {name: call[name] for name in order} == order


async def test_the_far_end_gets_the_keys_of_the_order_and_is_hung_up_at_its_limit(tmp_path: Path, ports: Ports) -> None:
    flow = '<Response><Say>One moment.</Say><Pause length="60"/></Response>'
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        placed = await telefoon.place(CALLEE, flow=flow, send_digits="w12W#", time_limit=6)
        call = await telefoon.ended_call(placed["id"])
        kinds = [each["kind"] for each in await telefoon.events(call["id"])]
        limit = await telefoon.noted(call["id"], "time_limit")
        hung_up = await far_end.tells("hung_up")

    assert far_end.digits == "12#"
    assert kinds.index("digits_sent") < kinds.index("verb")
    assert (limit, hung_up["by"]) == ({"seconds": 6}, "far end")
    assert (call["status"], call["duration"] in (6, 7), call["time_limit"]) == ("completed", True, 6)
    assert "send_digits" not in call, "it may be a PIN"


async def test_the_far_end_sees_the_name_of_the_order(tmp_path: Path, ports: Ports) -> None:
    async with (
        sip_answerer(lambda _: "486 Busy Here") as carrier,
        platform(tmp_path, ports, trunk_to(carrier.port)) as telefoon,
    ):
        shown = await telefoon.ended_call((await telefoon.place(CALLEE, caller_name="Bakkerij Zoë"))["id"])
        hidden = {"caller_name": "Bakkerij Zoë", "hide_caller": True}
        await telefoon.ended_call((await telefoon.place("+3225550198", **hidden))["id"])
        invites = [each for each in carrier.requests if each.startswith("INVITE ")]

    assert shown["caller_name"] == "Bakkerij Zoë"
    assert f'From: "Bakkerij Zoë" <sip:{NUMBER}@' in next(each for each in invites if CALLEE in each)
    assert "Bakkerij" not in next(each for each in invites if "+3225550198" in each)


async def test_a_recording_is_as_the_order_says_and_told_by_its_method(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    voice = tone(VOICE_HZ, 60, dbov=-24).save(tmp_path / "voice.wav")
    shop.flows["/tone.wav"] = tone(OURS_HZ, 4, dbov=-24).save(tmp_path / "tone.wav").read_bytes()
    order = {
        "record": True, "recording_channels": "mono", "recording_track": "inbound", "trim": "trim-silence",
        "recording_status_callback": shop.url("/recording?shop=7"), "recording_status_callback_method": "GET",
        "recording_status_callback_events": ["in-progress", "completed"],
    }  # fmt: skip
    async with (
        phone("--play", str(voice)) as far_end,
        platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon,
    ):
        flow = f"<Response><Play>{shop.url('/tone.wav')}</Play></Response>"
        placed = await telefoon.place(CALLEE, flow=flow, **order)
        call = await telefoon.ended_call(placed["id"], within_s=60)
        recording, wav = await telefoon.recording(tmp_path, call_id=call["id"])
        told = await shop.is_asked("/recording", times=2)

    assert [form["RecordingStatus"] for form in told] == ["in-progress", "completed"]
    assert {each.method for each in shop.asked if each.path == "/recording"} == {"GET"}
    assert (told[1]["shop"], told[1]["RecordingSid"], told[1]["RecordingChannels"]) == ("7", recording["id"], "1")
    assert recording["channels"] == 1
    assert hears(Sound.of_file(wav), VOICE_HZ, seconds=2), "what who is called has said"
    assert not hears(Sound.of_file(wav), OURS_HZ, seconds=1), "and not what they have heard"
    assert {name: call[name] for name in order} == order


async def test_a_live_call_is_given_another_flow_with_its_fallback_another_callback_and_another_limit(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.failing.add("/next")
    shop.flows["/spare"] = '<Response><Say>One moment.</Say><Pause length="60"/></Response>'
    change = {
        "url": shop.url("/next"), "method": "GET", "fallback_url": shop.url("/spare"), "fallback_method": "GET",
        "status_callback": shop.url("/status"), "status_callback_method": "GET",
        "status_callback_events": ["completed"], "time_limit": 10,
    }  # fmt: skip
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        placed = await telefoon.place(CALLEE, time_limit=300)
        await telefoon.call_when(placed["id"], "in-progress")

        status, changed = await telefoon.patch(f"calls/{placed['id']}", change)

        said = await telefoon.noted(placed["id"], "said")
        call = await telefoon.ended_call(placed["id"])
        hung_up = await far_end.tells("hung_up")
        [told] = await shop.is_asked("/status")

    assert (status, changed["time_limit"], changed["status_callback"]) == (200, 10, shop.url("/status"))
    assert said["text"] == "One moment."
    assert [each.method for each in shop.asked] == ["GET"] * len(shop.asked)
    assert shop.asked[0].path == "/next"
    assert (told["CallStatus"], told["CallDuration"]) == ("completed", str(call["duration"]))
    assert (hung_up["by"], call["duration"] in (10, 11)) == ("far end", True)
