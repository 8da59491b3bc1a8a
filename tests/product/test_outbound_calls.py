"""Calls placed over REST, with the test phone behind the trunk."""

import asyncio
import math
import socket
import time
from pathlib import Path

import pytest

from tests.peers.audio import Sound, contains
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import Platform, platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
PROMPT = "Good morning. Please press four, then two, and wait for the end of this call."
MANY_SENTENCES = (
    "Welcome to the museum of the city. We are open from Tuesday to Sunday, and closed on public holidays. "
    "The entrance is free for children. Guided tours of the new wing begin at the main entrance, every hour from ten "
    "in the morning on."
)


def trunk_to(port: int) -> dict[str, str]:
    return {"TRUNK": f"sip:127.0.0.1:{port}"}


async def test_a_call_is_spoken_to_gives_keys_is_recorded_and_billed(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    heard = tmp_path / "heard.wav"
    spoken = tmp_path / "prompt.wav"
    flow = f'<Response><Gather numDigits="2" timeout="30"><Say language="en-GB">{PROMPT}</Say></Gather></Response>'
    async with (
        phone("--digits", "42", "--digits-after", "13", "--record", str(heard)) as far_end,
        platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon,
    ):
        telefoon.telefoon("say", PROMPT, "--language", "en-GB", "-o", str(spoken))

        placed = await telefoon.place(
            CALLEE, flow=flow, record=True, tts_language="en-GB", status_callback=shop.url("/status")
        )
        call = await telefoon.ended_call(placed["id"], within_s=40)

        assert (call["status"], call["sip_code"], call["price_unit"]) == ("completed", 200, "EUR")
        assert call["duration"] >= 8
        assert float(call["price"]) > 0
        digits = [each["facts"]["digit"] for each in await telefoon.events(call["id"]) if each["kind"] == "digit"]
        assert digits == ["4", "2"]
        recording, wav = await telefoon.recording(tmp_path, call_id=call["id"])
        assert recording["id"] in telefoon.telefoon("recordings", "list", "--key", telefoon.key)
        file = tmp_path / "by-command.wav"
        telefoon.telefoon("recordings", "download", recording["id"], "--to", str(file), "--key", telefoon.key)
        assert file.read_bytes() == wav.read_bytes()
        telefoon.telefoon(
            "recordings", "download", recording["id"], "--to", str(file), "--key", telefoon.key, exit_code=2
        )
        assert (recording["status"], recording["channels"]) == ("completed", 2)
        ours = Sound.of_file(wav, channel=0)
        assert contains(ours, Sound.of_file(spoken)).score > 0.9
        assert Sound.of_file(wav, channel=1).level_dbov < -50
        await far_end.tells("recorded")
        assert contains(Sound.of_file(heard), Sound.of_file(spoken)).score > 0.7
        told = await shop.is_asked("/status", times=4)
    assert [form["CallStatus"] for form in told] == ["queued", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in told] == ["0", "1", "2", "3"]


async def test_a_prompt_of_many_sentences_is_heard_as_a_whole(tmp_path: Path, ports: Ports) -> None:
    """Each of its pieces begins where the one before it has ended, and no word is lost."""
    heard, spoken = tmp_path / "heard.wav", tmp_path / "prompt.wav"
    async with (
        phone("--record", str(heard)) as far_end,
        platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon,
    ):
        await asyncio.to_thread(telefoon.telefoon, "say", MANY_SENTENCES, "--language", "en-GB", "-o", str(spoken))

        placed = await telefoon.place(CALLEE, flow=f'<Response><Say language="en-GB">{MANY_SENTENCES}</Say></Response>')
        await telefoon.ended_call(placed["id"], within_s=60)
        await far_end.tells("recorded")

    found = contains(Sound.of_file(heard), Sound.of_file(spoken))
    assert found.score > 0.7


@pytest.mark.parametrize(
    ("option", "status", "code", "cause"),
    [
        (["--busy"], "busy", 486, 17),
        (["--reject", "600"], "busy", 600, 17),
        (["--reject", "480"], "no-answer", 480, 18),
        (["--reject", "404"], "failed", 404, 1),
        (["--reject", "503"], "failed", 503, 41),
    ],
)
async def test_a_refused_call_ends_with_its_status_and_says_who_refused_it(
    tmp_path: Path, ports: Ports, option: list[str], status: str, code: int, cause: int
) -> None:
    async with phone(*option) as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        placed = await telefoon.place(CALLEE)
        call = await telefoon.ended_call(placed["id"])

    assert (call["status"], call["sip_code"], call["q850_cause"], call["duration"]) == (status, code, cause, 0)
    assert call["explanation"][-1]["via"] == f"trunk 127.0.0.1:{far_end.port}"
    assert call["explanation"][-1]["said"].startswith(str(code))


async def test_calls_that_nobody_answers_that_are_cancelled_and_that_are_ended(tmp_path: Path, ports: Ports) -> None:
    async with phone("--ring-forever") as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        unanswered = await telefoon.place(CALLEE, timeout=2)
        assert (await telefoon.ended_call(unanswered["id"]))["status"] == "no-answer"
        assert (await far_end.tells("hung_up"))["by"] == "far end"

        cancelled = await telefoon.place(CALLEE)
        await telefoon.call_when(cancelled["id"], "ringing")
        async with telefoon.client.delete(f"calls/{cancelled['id']}") as response:
            assert response.status == 204
        assert (await telefoon.ended_call(cancelled["id"]))["status"] == "canceled"
        await far_end.tells("hung_up", times=2)

        async with telefoon.client.delete(f"calls/{cancelled['id']}") as response:
            assert response.status == 204
        assert (await telefoon.get(f"calls/{cancelled['id']}"))["status"] == "canceled"


async def test_a_call_without_a_flow_stays_up_until_somebody_ends_it(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        began = time.monotonic()
        placed = await telefoon.place(CALLEE)
        await telefoon.call_when(placed["id"], "in-progress")
        await asyncio.sleep(1.5)
        assert (await telefoon.get(f"calls/{placed['id']}"))["status"] == "in-progress"

        async with telefoon.client.delete(f"calls/{placed['id']}") as response:
            assert response.status == 204

        call = await telefoon.ended_call(placed["id"])
        assert call["status"] == "completed"
        assert 2 <= call["duration"] <= math.ceil(time.monotonic() - began)
        assert (await far_end.tells("hung_up"))["by"] == "far end"


async def test_no_call_lasts_longer_than_the_limit(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end:
        settings = {**trunk_to(far_end.port), "MAX_CALL_SECONDS": "1"}
        async with platform(tmp_path, ports, settings) as telefoon:
            placed = await telefoon.place(CALLEE)

            call = await telefoon.ended_call(placed["id"], within_s=10)

            assert call["status"] == "completed"
            await telefoon.noted(call["id"], "max_call_seconds")


async def test_a_call_without_a_trunk_fails_and_says_what_to_set(tmp_path: Path, ports: Ports) -> None:
    async with platform(tmp_path, ports) as telefoon:
        placed = await telefoon.place(CALLEE)

        call = await telefoon.ended_call(placed["id"])

    assert call["status"] == "failed"
    assert "TELEFOON_TRUNK" in call["explanation"][0]["said"]


async def test_keys_are_sent_and_files_from_the_web_are_played(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    from tests.peers.audio import hears, tone

    shop.flows["/tone.wav"] = tone(700, 3, rate_hz=44100).save(tmp_path / "tone.wav").read_bytes()
    heard = tmp_path / "heard.wav"
    flow = f'<Response><Play>{shop.url("/tone.wav")}</Play><Play digits="1w2#"/><Pause length="1"/></Response>'
    async with (
        phone("--record", str(heard)) as far_end,
        platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon,
    ):
        placed = await telefoon.place(CALLEE, flow=flow)
        await telefoon.ended_call(placed["id"])
        await far_end.tells("recorded")

        assert hears(Sound.of_file(heard), 700, seconds=1.2)
        assert far_end.digits == "12#"


async def test_one_call_that_goes_wrong_leaves_the_others_alone(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.failing.add("/broken")
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        good: Platform = telefoon
        talking = await good.place(CALLEE)
        await good.call_when(talking["id"], "in-progress")

        broken = await good.place(CALLEE, url=shop.url("/broken"), tts_language="nl-BE")
        ended = await good.ended_call(broken["id"])

        assert ended["status"] == "completed"
        assert "500" in ended["explanation"][0]["said"]
        said = await good.noted(broken["id"], "said")
        assert said["text"].startswith("Sorry, er is een technische storing")
        assert (await good.get(f"calls/{talking['id']}"))["status"] == "in-progress"


async def test_a_sound_that_can_not_be_had_does_not_end_the_call(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.failing.add("/welcome.wav")
    flow = f"<Response><Play>{shop.url('/welcome.wav')}</Play><Say>Two.</Say></Response>"
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        placed = await telefoon.place(CALLEE, flow=flow)
        call = await telefoon.ended_call(placed["id"])
        failed = await telefoon.noted(call["id"], "prompt_failed")
        said = await telefoon.noted(call["id"], "said")

    assert (call["status"], failed["url"], said["text"]) == ("completed", shop.url("/welcome.wav"), "Two.")


async def test_words_for_a_voice_that_nobody_has_are_spoken_by_the_languages_own(tmp_path: Path, ports: Ports) -> None:
    flow = '<Response><Say voice="nobody-at-all">One.</Say></Response>'
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        placed = await telefoon.place(CALLEE, flow=flow)
        call = await telefoon.ended_call(placed["id"])
        otherwise = await telefoon.noted(call["id"], "spoken_otherwise")
        said = await telefoon.noted(call["id"], "said")

    assert (call["status"], said["text"]) == ("completed", "One.")
    assert "nobody-at-all" in str(otherwise)


async def test_a_trunk_that_answers_nothing_is_told_on_the_call_by_readyz_and_in_the_log(
    tmp_path: Path, ports: Ports
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        trunk = {**trunk_to(silent.getsockname()[1]), "TRUNK_TIMEOUT": "1"}
        async with platform(tmp_path, ports, trunk) as telefoon:
            placed = await telefoon.place(CALLEE, flow="<Response><Say>Never heard.</Say></Response>")
            call = await telefoon.ended_call(placed["id"])
            check = await telefoon.check_when("trunk", "the trunk has answered nothing")
            hung_up = await telefoon.noted(placed["id"], "hung_up")
            log = telefoon.log()

    assert (call["status"], call["sip_code"], call["sip_reason"]) == ("failed", 408, "The trunk did not answer")
    assert (check["ok"], hung_up["by"]) == (False, "nobody")
    assert "call_ended" in log
    assert CALLEE not in log, "numbers are masked"
