"""Trunks are added, changed and removed while the platform runs; each change holds within two seconds."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.peers import commands
from tests.peers.phone import phone
from tests.peers.platform import Platform, platform, prepared
from tests.peers.ports import Ports
from tests.peers.sip_answerer import SipAnswerer, sip_answerer
from tests.peers.waiting import within

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
FLOW = '<Response><Pause length="20"/></Response>'
TAKEN_UP_S = 2.0


def registers(request: str) -> str:
    return "200 OK" if "expires: 0" in request.lower() else "200 OK\nContact: <sip:me@127.0.0.1>;expires=300"


async def asked(registrar: SipAnswerer, *, times: int = 1) -> list[str]:
    async with within(10):
        while len(found := [each for each in registrar.requests if each.startswith("REGISTER")]) < times:
            await asyncio.sleep(0.02)
    return found


def trunk(telefoon: Platform, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(telefoon.telefoon("trunks", "show", name, "--json"))
    return found


def complaint(telefoon: Platform, *arguments: str) -> str:
    """What a command that fails says."""
    done = commands.output_of(*arguments, environment=telefoon.environment)
    assert done.exit_code == 1
    return done.complained


async def command(telefoon: Platform, *arguments: str) -> None:
    await asyncio.to_thread(telefoon.telefoon, "trunks", *arguments)


async def test_a_trunk_that_is_added_by_command_carries_calls_within_two_seconds(tmp_path: Path, ports: Ports) -> None:
    (password := tmp_path / "pw").write_text("s3cret\n")
    async with (
        phone() as far_end,
        sip_answerer(registers) as registrar,
        platform(tmp_path, ports) as telefoon,
    ):
        refused = await telefoon.ended_call((await telefoon.place(CALLEE, flow=FLOW))["id"])
        assert refused["status"] == "failed"

        await command(
            telefoon, "add", "carrier", "--host", f"127.0.0.1:{far_end.port}", "--auth", "register", "--user", "ann",
            "--password-file", str(password), "--set", f"registrar=127.0.0.1:{registrar.port}",
        )  # fmt: skip
        added_s = time.monotonic()
        await asked(registrar)
        taken_up_s = time.monotonic() - added_s
        call = await telefoon.call_when((await telefoon.place(CALLEE, flow=FLOW))["id"], "in-progress")

        assert taken_up_s < TAKEN_UP_S
        assert (await telefoon.check_when("trunk", "200"))["ok"]
        async with within(5):
            while not (stand := (await asyncio.to_thread(trunk, telefoon, "carrier"))["registrations"]):
                await asyncio.sleep(0.1)
        assert (stand[0]["registered"], stand[0]["code"], stand[0]["node"]) == (True, 200, "node-1")

        await command(telefoon, "remove", "carrier")
        assert "expires: 0" in (await asked(registrar, times=2))[-1].lower()
        await asyncio.sleep(TAKEN_UP_S)
        assert (await telefoon.get(f"calls/{call['id']}"))["status"] == "in-progress", "removed under its call"
        refused = await telefoon.ended_call((await telefoon.place(CALLEE, flow=FLOW))["id"])
        assert refused["status"] == "failed"
        await telefoon.delete(f"calls/{call['id']}")
        assert (await telefoon.ended_call(call["id"]))["sip_code"] == 200


async def test_trunks_of_the_settings_file_are_rows_that_it_alone_changes(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end:
        made = prepared(tmp_path, ports)
        file = tmp_path / "telefoon.toml"
        file.write_text(f'[[trunks]]\nname = "carrier"\nhosts = ["127.0.0.1:{far_end.port}"]\n')
        try:
            await made.start()
            call = await made.call_when((await made.place(CALLEE, flow=FLOW))["id"], "in-progress")
            await made.delete(f"calls/{call['id']}")
            shown = await asyncio.to_thread(trunk, made, "carrier")
            refused = await asyncio.to_thread(complaint, made, "trunks", "set", "carrier", "--set", "enabled=no")
        finally:
            await made.end()

    assert (shown["from"], shown["place"]) == ("file", str(file))
    assert str(file) in refused


def test_a_wrong_table_stops_the_start_with_file_and_line(tmp_path: Path, ports: Ports) -> None:
    made = prepared(tmp_path, ports)
    file = tmp_path / "telefoon.toml"
    file.write_text('[[trunks]]\nname = "carrier"\nhosts = ["a.example"]\ntransport = "sctp"\n')

    assert f"{file}, line 4: transport: 'sctp' is not one of udp, tcp, tls." in complaint(made, "serve")


def happened(telefoon: Platform, name: str) -> list[tuple[str, str]]:
    """What has happened to a trunk, newest first, and which host or answer it is about."""
    told = json.loads(telefoon.telefoon("trunks", "events", name, "--json"))
    return [(each["kind"], each["detail"]) for each in told]


async def test_what_has_happened_to_a_trunk_outlives_the_node_that_saw_it(tmp_path: Path, ports: Ports) -> None:
    (password := tmp_path / "pw").write_text("s3cret\n")
    async with sip_answerer(registers) as registrar, platform(tmp_path, ports) as telefoon:
        await command(
            telefoon, "add", "carrier", "--host", f"127.0.0.1:{registrar.port}", "--auth", "register", "--user", "ann",
            "--password-file", str(password),
        )  # fmt: skip
        async with within(10):
            while not (seen := await asyncio.to_thread(happened, telefoon, "carrier")):
                await asyncio.sleep(0.1)

        await telefoon.end()
        await telefoon.start()
        async with within(10):
            while len(after := await asyncio.to_thread(happened, telefoon, "carrier")) <= len(seen):
                await asyncio.sleep(0.1)

    assert seen[0] == ("registered", "200 OK")
    assert after[-len(seen) :] == seen
    assert after[0] == ("registered", "200 OK")
