"""telefoon simulate with programs that run: what they are told and what is told of them, over real connections."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from tests.peers.audio import Sound, hears, tone
from tests.peers.certificates import make_pems, server_context
from tests.peers.relay_agents import RelayManner, relay_agents
from tests.peers.socket_server import socket_server
from tests.peers.stream_agents import AgentManner, stream_agents
from tests.unit.cli.conftest import Run

pytestmark = pytest.mark.processes

RELAY = """<Response><Connect action="https://127.0.0.1:9/after"><ConversationRelay url="{url}" dtmfDetection="true">
<Parameter name="shop" value="7"/></ConversationRelay></Connect></Response>"""
STREAM = """<Response><Connect><Stream url="{url}"><Parameter name="shop" value="7"/></Stream></Connect>
<Say>Goodbye</Say></Response>"""


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_EGRESS_ALLOW", "127.0.0.0/8")


@pytest.fixture
def simulated(telefoon: Run, tmp_path: Path) -> Any:
    """Simulate a flow, whose program is at the URL, beside a server in this loop."""

    async def simulate(flow: str, url: str, agent: str, *more: str | Path) -> Result:
        file = tmp_path / "flow.xml"
        file.write_text(flow.format(url=url))
        return await asyncio.to_thread(telefoon, "simulate", file, "--agent", agent, "--limit", "60s", *more)

    return simulate


async def test_a_conversation_by_text_is_held_with_a_program_that_runs(simulated: Any) -> None:
    manner = RelayManner(greeting="Bakery.", tokens=("You said ", "so. "), hands_off_at="0")
    async with relay_agents(talk=manner) as served:
        done = await simulated(RELAY, "wss://prod.example/talk", f"{served.url('talk')};hear:two pizzas;key:0")

    told = served.talks["talk"].told
    assert [each["type"] for each in told] == ["setup", "prompt", "dtmf"]
    assert told[0]["customParameters"] == {"shop": "7"}
    assert (told[1]["voicePrompt"], told[2]["digit"]) == ("two pizzas", "0")
    assert _texts(done)[2:-2] == [
        "converses with the program at wss://prod.example/talk",
        "(en-GB) Bakery.",
        "says 'two pizzas'",
        "(en-GB) You said so.",
        "key 0",
    ], done.output
    assert "SessionStatus=ended" in _texts(done)[-2]
    assert 'HandoffData={"to": "a person"}' in _texts(done)[-2]


async def test_a_person_interrupts_hears_the_answer_and_hangs_up(simulated: Any) -> None:
    manner = RelayManner(tokens=("This is an answer that takes a while. ",) * 2)
    async with relay_agents(talk=manner) as served:
        done = await simulated(RELAY, served.url("talk"), "connect;hear:hello;interrupt:stop")

    [interrupt] = served.talks["talk"].of_type("interrupt")
    assert interrupt["utteranceUntilInterrupt"].startswith("This is")
    assert [each["voicePrompt"] for each in served.talks["talk"].of_type("prompt")] == ["hello", "stop"]
    assert _texts(done)[-2:] == ["has nothing more to say", "hangs up"]
    assert done.exit_code == 0, done.output


async def test_a_stream_hears_the_person_and_is_heard_with_its_marks(simulated: Any, tmp_path: Path) -> None:
    said, heard = tone(1000, 0.6, dbov=-18).save(tmp_path / "said.wav"), tmp_path / "heard.wav"
    async with stream_agents(media=AgentManner(answer_s=1.5)) as served:
        done = await simulated(STREAM, served.url("media"), f"connect;sound:{said};key:5", "--audio", heard)

    program = served.talks["media"]
    assert (program.started["customParameters"], program.keys, program.marks) == ({"shop": "7"}, "5", ["said"])
    texts = _texts(done)
    assert "sound of the program for 1.5 s" in texts, done.output
    assert "has heard the program up to its mark 'said'" in texts
    assert hears(Sound.of_file(heard), 700, seconds=1.0)
    assert done.exit_code == 0, done.output


async def test_a_person_who_speaks_into_a_stream_hears_no_more_of_it(simulated: Any) -> None:
    async with stream_agents(media=AgentManner(greeting_s=8.0)) as served:
        done = await simulated(STREAM, served.url("media"), "connect;interrupt:Stop that please")

    assert any("s more were cleared" in line for line in _texts(done)), done.output
    assert served.talks["media"].marks[0] == "said", "the mark of what was cleared went back"


async def test_the_flow_goes_on_when_the_program_closes_the_stream(simulated: Any, tmp_path: Path) -> None:
    said = tone(1000, 0.6, dbov=-18).save(tmp_path / "said.wav")
    async with stream_agents(media=AgentManner(closes_with=1000)) as served:
        done = await simulated(STREAM, served.url("media"), f"connect;sound:{said}")

    assert "(en-GB) Goodbye" in _texts(done), done.output
    assert done.exit_code == 0


async def test_what_a_program_sends_wrongly_is_told_with_its_mend(simulated: Any) -> None:
    wrong = '{"event": "media", "streamSid": "MZ", "media": {"payload": "%%%"}}'
    async with stream_agents(media=AgentManner(says_first=(wrong,))) as served:
        done = await simulated(STREAM, served.url("media"), "connect;wait:1")

    assert "the payload of media is no base64" in done.output
    assert "Encode it by the usual alphabet" in done.output


async def test_a_handshake_is_signed_for_the_account_that_is_named(telefoon: Run, simulated: Any) -> None:
    await asyncio.to_thread(telefoon, "keys", "create", "--account", "demo")
    async with relay_agents(talk=RelayManner()) as served:
        await simulated(RELAY, served.url("talk"), "connect", "--account", "demo")

    account = json.loads((await asyncio.to_thread(telefoon, "accounts", "list", "--json")).stdout)[0]["id"]
    assert served.signatures["talk"]
    assert served.talks["talk"].told[0]["accountSid"] == account


async def test_a_program_that_no_call_may_reach_is_not_reached_here(
    simulated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TELEFOON_EGRESS_ALLOW")
    async with relay_agents(talk=RelayManner()) as served:
        done = await simulated(RELAY, served.url("talk"), "connect;hear:hello")

    assert done.exit_code == 1
    assert "127.0.0.1 is not public" in done.output
    assert "TELEFOON_EGRESS_ALLOW" in done.output
    assert served.talks == {}


@pytest.mark.parametrize("flow", [RELAY, STREAM])
async def test_a_certificate_that_nobody_vouches_for_is_refused_with_advice(
    flow: str, simulated: Any, tmp_path: Path
) -> None:
    async def answer(request: Any) -> Any:
        raise AssertionError(f"{request} was let in")

    pems = make_pems(tmp_path)
    async with socket_server("/{name}", answer, server_context(pems)) as port:
        done = await simulated(flow, f"wss://127.0.0.1:{port}/talk", "connect;hear:hello")

    assert done.exit_code == 1
    assert "the program fails: " in done.output
    assert "certificate" in done.output


async def test_a_program_where_nothing_listens_is_told_with_advice(simulated: Any) -> None:
    done = await simulated(STREAM, "ws://127.0.0.1:9/media", "connect")

    assert done.exit_code == 1
    assert "port 9: " in done.output


@pytest.mark.parametrize(
    ("agent", "why"),
    [
        ("wss://a.example/;say:hello", "so no say"),
        ("say:hello;wss://a.example/", "all reached or all scripted"),
        ("sound:said.wav", "there is no file"),
        ("wss://a.example/?a=1", "no query"),
        ("connect:https://a.example/", "wss://"),
    ],
)
def test_a_script_that_no_program_could_follow_is_refused(agent: str, why: str, telefoon: Run, tmp_path: Path) -> None:
    flow = tmp_path / "flow.xml"
    flow.write_text(RELAY.format(url="wss://a.example/"))

    done = telefoon("simulate", flow, "--agent", agent)

    assert done.exit_code != 0
    assert why in " ".join(done.output.split())


def _texts(done: Result) -> list[str]:
    """The lines of the transcript, without their times and marks."""
    return [line.split(None, 2)[2] for line in done.stdout.splitlines() if line[:6].strip()]
