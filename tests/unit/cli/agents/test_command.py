"""telefoon agents try: what it prints, writes and ends with."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone
from tests.peers.relay_agents import RelayManner, relay_agents
from tests.peers.stream_agents import AgentManner, stream_agents
from tests.unit.cli.conftest import Run

pytestmark = pytest.mark.processes


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_EGRESS_ALLOW", "127.0.0.0/8")


async def test_a_stream_is_tried_with_our_voice_and_its_sound_written(telefoon: Run, tmp_path: Path) -> None:
    heard = tmp_path / "heard.wav"
    async with stream_agents(fit=AgentManner(answer_s=0.5)) as served:
        tried = await asyncio.to_thread(
            telefoon, "agents", "try", served.url("fit"), "--protocol", "stream", "--parameter", "shop=7",
            "--format", "l16", "--rate-hz", "16000", "--output", heard,
        )  # fmt: skip

    assert tried.exit_code == 0, tried.output
    assert "caller    speaks for " in tried.stdout
    assert "OK         Connection: connected in " in tried.stdout.replace("ok  ", "OK  ")
    assert tried.stdout.endswith("It is fit for calls.\n")
    assert served.talks["fit"].started["customParameters"] == {"shop": "7"}
    assert served.talks["fit"].started["mediaFormat"]["sampleRate"] == 16_000
    assert heard.is_file()


async def test_a_file_is_said_at_real_pace_and_json_has_every_finding(telefoon: Run, tmp_path: Path) -> None:
    said, heard = tone(1000, 0.5, dbov=-18).save(tmp_path / "said.wav"), tmp_path / "heard.wav"
    async with stream_agents(fit=AgentManner(answer_s=0.5)) as served:
        tried = await asyncio.to_thread(
            telefoon, "agents", "try", served.url("fit"), "--wav", said, "-o", heard, "--json"
        )

    told = json.loads(tried.stdout)
    assert (tried.exit_code, told["ok"], told["protocol"]) == (0, True, "stream")
    assert {"connection", "greeting", "answer", "marks", "sound", "messages", "end"} == {
        each["subject"] for each in told["findings"]
    }
    assert hears(Sound.of_file(heard), 700, seconds=0.4)


async def test_a_conversation_by_text_is_signed_and_its_transcript_written(telefoon: Run, tmp_path: Path) -> None:
    transcript = tmp_path / "talk.txt"
    telefoon_key = await asyncio.to_thread(telefoon, "keys", "create", "--account", "demo")
    assert telefoon_key.exit_code == 0
    async with relay_agents(silent=RelayManner(ends_turns=False)) as served:
        tried = await asyncio.to_thread(
            telefoon, "agents", "try", served.url("silent"), "--protocol", "relay", "--account", "demo",
            "--say", "Are you open?", "-o", transcript,
        )  # fmt: skip

    assert tried.exit_code == 1
    assert "It is not fit for calls yet: answer: the turn 'You said so. Go on.' has no end." in tried.stdout
    assert "caller    says: Are you open?\n" in transcript.read_text()
    assert served.signatures["silent"]
    account = json.loads((await asyncio.to_thread(telefoon, "accounts", "list", "--json")).stdout)[0]["id"]
    assert served.talks["silent"].told[0]["accountSid"] == account


@pytest.mark.parametrize(
    "arguments",
    [
        ("https://a.example/",), ("wss://a.example/?a=1",), ("wss://a.example/", "--protocol", "sip"),
        ("wss://a.example/", "--protocol", "relay", "--wav", "x.wav"), ("wss://a.example/", "--format", "mp3"),
        ("wss://a.example/", "--rate-hz", "16000"), ("wss://a.example/", "--rate-hz", "11025"),
        ("wss://a.example/", "--parameter", "shop"), ("wss://a.example/", "-o", "/absent/heard.wav"),
    ],
)  # fmt: skip
def test_what_can_not_be_tried_is_wrong_usage(telefoon: Run, arguments: tuple[str, ...]) -> None:
    assert telefoon("agents", "try", *arguments).exit_code == 2
