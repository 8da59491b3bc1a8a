"""WebSockets to programs that talk by text, against real servers."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop
from aiohttp import ClientWebSocketResponse

from engine.errors import WebhookError
from engine.ports.agents import ConnectionEnd
from engine.ports.streams import StreamServer
from engine.webhooks.agent_socket import AgentSockets
from tests.peers.agent_program import AgentProgram, agent_program
from tests.peers.certificates import make_pems, server_context


class Found:
    """Every program is on this machine, and is signed for."""

    async def server(self, account_id: str, url: str) -> StreamServer:
        del url
        return StreamServer("127.0.0.1", "agent.example", headers=(("X-Signed-For", account_id),))


async def _answering(program: AgentProgram, message: dict[str, Any]) -> None:
    await program.says(f"You said {message['voicePrompt']}.")


def _sockets(**patience: Any) -> AgentSockets:
    return AgentSockets(Found(), **patience)


async def test_messages_go_both_ways_with_the_headers_of_the_account() -> None:
    async with agent_program(_answering) as program:
        socket = await _sockets().connect("AC1", f"ws://agent.example:{program.port}/talk")
        messages = socket.messages()

        assert socket.send(json.dumps({"type": "prompt", "voicePrompt": "äh"}))
        answer = await anext(messages)

        assert json.loads(answer) == {"type": "text", "token": "You said äh.", "last": True}
        assert program.headers[0]["x-signed-for"] == "AC1"
        assert program.headers[0]["host"] == f"agent.example:{program.port}"
        assert "sec-websocket-extensions" not in program.headers[0]
        await socket.close()


async def test_what_waits_is_sent_before_it_is_closed_with_its_code() -> None:
    async with agent_program() as program:
        socket = await _sockets().connect("AC1", f"ws://agent.example:{program.port}/")
        reading = asyncio.ensure_future(_read(socket.messages()))
        for number in range(50):
            socket.send(json.dumps({"type": "dtmf", "digit": str(number)}))
        await socket.close(1007)
        await asyncio.wait_for(reading, 5)

        assert [each["digit"] for each in program.told] == [str(number) for number in range(50)]
        assert program.close_codes == [1007]
        assert not socket.send("{}")


async def test_the_code_of_its_close_is_told_and_that_there_was_none() -> None:
    async with agent_program() as program:
        closed = await _sockets().connect("AC1", f"ws://agent.example:{program.port}/")
        await program.socket.close(code=1011, message=b"out of words")
        assert await _read(closed.messages()) == []
        assert (closed.end().code, closed.end().why) == (
            1011,
            "The program closed the connection with 1011: out of words.",
        )
        await closed.close()

        lost = await _sockets().connect("AC1", f"ws://agent.example:{program.port}/")
        program.lose()
        assert await _read(lost.messages()) == []
        assert lost.end().code is None
        await lost.close()


async def test_a_flood_is_read_a_hundred_messages_in_a_tenth_of_a_second_and_none_is_lost() -> None:
    async with agent_program() as program:
        socket = await _sockets().connect("AC1", f"ws://agent.example:{program.port}/")
        flood = asyncio.ensure_future(_flood(program, 1050))
        began_s = asyncio.get_running_loop().time()
        messages = socket.messages()

        read = [json.loads(await anext(messages))["token"] for _ in range(1050)]

        assert asyncio.get_running_loop().time() - began_s >= 0.9
        assert read == [str(number) for number in range(1050)]
        await flood
        await socket.close()


async def _flood(program: AgentProgram, messages: int) -> None:
    for number in range(messages):
        await program.socket.send_json({"type": "text", "token": str(number)})


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])  # a node runs on the second
def test_a_program_that_answers_no_ping_is_given_up(run: Callable[[Coroutine[Any, Any, ConnectionEnd]], Any]) -> None:
    end = run(_given_up())

    assert end.code is None
    assert "answered no ping" in end.why


async def _given_up() -> ConnectionEnd:
    async with agent_program() as program:
        program.deaf = True
        socket = await _sockets(patience_s=0.3, ping_s=0.1).connect("AC1", f"ws://agent.example:{program.port}/")

        assert await asyncio.wait_for(_read(socket.messages()), 5) == []

        await asyncio.wait_for(socket.close(), 5)
        return socket.end()


@pytest.mark.parametrize("failing", ["ping", "send_str"])
async def test_a_fault_of_ours_beside_the_reading_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(ClientWebSocketResponse, failing, fails)
    async with agent_program() as program:
        socket = await _sockets().connect("AC1", f"ws://agent.example:{program.port}/")
        socket.send("{}")

        assert await asyncio.wait_for(_read(socket.messages()), 5) == []

        assert "fault in Telefoon" in socket.end().why
        await asyncio.wait_for(socket.close(), 5)


async def test_the_way_there_and_back_is_measured() -> None:
    async with agent_program() as program:
        socket = await _sockets().connect("AC1", f"ws://agent.example:{program.port}/")
        reading = asyncio.ensure_future(_read(socket.messages()))
        async with asyncio.timeout(5):
            while socket.round_trip_s is None:
                await asyncio.sleep(0.01)
        assert 0 <= socket.round_trip_s < 5
        await socket.close()
        await reading


@pytest.mark.parametrize(("status", "why"), [(401, "answered with 401"), (500, "with 500"), (302, "redirect")])
async def test_what_opens_no_websocket_is_told(status: int, why: str) -> None:
    async with agent_program() as program:
        program.status = status
        with pytest.raises(WebhookError, match=why):
            await _sockets().connect("AC1", f"ws://agent.example:{program.port}/")


async def test_a_server_that_only_accepts_is_not_waited_for() -> None:
    accepted: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: accepted.append(writer), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(WebhookError, match=r"within 0\.2 s"):
            await _sockets(patience_s=0.2).connect("AC1", f"ws://agent.example:{port}/")
        for writer in accepted:
            writer.close()


async def test_a_certificate_of_nobody_is_refused(tmp_path: Path) -> None:
    async with agent_program(tls=server_context(make_pems(tmp_path))) as program:
        with pytest.raises(WebhookError, match="could not be reached"):
            await _sockets().connect("AC1", f"wss://agent.example:{program.port}/")


async def _read(messages: Any) -> list[str | bytes]:
    return [each async for each in messages]
