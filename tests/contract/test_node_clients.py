"""Programs in JavaScript that were written for other clouds, with the clients of these, on calls that are real."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from scripts.client_generators import NAMED, Generators, client_generators
from scripts.failure import SetupFailed
from scripts.progress import Progress
from tests.contract.programs import printed
from tests.peers.audio import Sound, hears, tone
from tests.peers.callers import Caller, calling, has
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer, customer
from tests.peers.phone import PhonePeer, phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports

pytestmark = [pytest.mark.sip, pytest.mark.slow]

CALLEE = "+3225550199"
HOLDING = '<Response><Pause length="30"/></Response>'
HANGING_UP = "<Response><Hangup/></Response>"
KEYS = '<Response><Play digits="42"/><Pause length="30"/></Response>'
ROOM = '<Response><Dial><Conference beep="false">desk</Conference></Dial></Response>'
QUEUE = "<Response><Enqueue>support</Enqueue></Response>"
WAITING = '<Response><Gather timeout="60"/></Response>'
CURRENT = "Twilio.CURRENT"
FIRST_HZ, SECOND_HZ, GONG_HZ = 400, 700, 1600
CLIENTS = ["twilio", "signalwire"]
Step = str | list[Any]
Steps = Sequence[Step]


@pytest.fixture(scope="module")
def generators() -> Generators:
    try:
        return client_generators(Progress())
    except SetupFailed as failure:
        pytest.skip(f"the clients are of npm, and can't be had here now: {failure}")


@dataclass(frozen=True, slots=True)
class Programs:
    """A node, and the account that programs of one client have there."""

    client: str
    telefoon: Platform
    account: str
    folder: Path
    generators: Generators

    async def run(self, *programs: Steps, secret: str = "") -> list[Any]:
        """What comes of each, or its error; one starts once the other has ended."""
        script = self.folder / "speak_2010.cjs"
        who = (self.client, self.telefoon.address, self.account, secret or self.telefoon.key)
        given = json.dumps(programs)
        told = json.loads(await printed(self.generators.node, script, *who, given, folder=self.folder))
        return [each.get("answer", each.get("error")) for each in told]

    async def downloaded(self, path: str, into: Path) -> str:
        """The media type of what is at the path, which is now in a file."""
        headers = {"Authorization": aiohttp.encode_basic_auth(self.account, self.telefoon.key)}
        url = f"{self.telefoon.address}{path}"
        async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
            assert response.status == 200, await response.text()
            into.write_bytes(await response.read())
            return response.content_type


@asynccontextmanager
async def programs_of(
    client: str,
    folder: Path,
    generators: Generators,
    ports: Ports,
    settings: Mapping[str, str] | None = None,
    number: Mapping[str, str] | None = None,
) -> AsyncIterator[Programs]:
    """A node for programs of a client; settings and the number's options as of `platform`."""
    async with platform(folder, ports, settings, number=number) as telefoon:
        (folder / "node_modules").symlink_to(generators.modules)
        shutil.copyfile(NAMED / "speak_2010.cjs", folder / "speak_2010.cjs")
        account = json.loads(telefoon.telefoon("accounts", "list", "--json"))[0]["id"]
        yield Programs(client, telefoon, account, folder, generators)


@asynccontextmanager
async def calling_out(client: str, folder: Path, generators: Generators) -> AsyncIterator[tuple[Programs, PhonePeer]]:
    """Programs, and the phone that their calls ring."""
    async with phone() as far_end:
        trunk = {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}
        async with programs_of(client, folder, generators, Ports(), trunk) as programs:
            yield programs, far_end


@asynccontextmanager
async def calling_in(
    client: str, folder: Path, generators: Generators, flow: str, *tones: int
) -> AsyncIterator[tuple[Programs, Customer, list[Caller]]]:
    """Programs, their web server, and callers who got its flow and each sound a tone."""
    ports = Ports()
    async with customer(start=flow) as shop:
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with (
            programs_of(client, folder, generators, ports, number=number) as programs,
            calling(programs.telefoon, ports, *tones) as callers,
        ):
            yield programs, shop, callers


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_program_places_a_call_finds_it_changes_it_and_ends_it(
    client: str, tmp_path: Path, generators: Generators
) -> None:
    async with calling_out(client, tmp_path, generators) as (programs, far_end):
        (placed,) = await programs.run(["calls", ["create", {"to": CALLEE, "from": NUMBER, "twiml": HOLDING}]])
        await far_end.tells("answered")
        call: Step = ["calls", placed["sid"]]
        await programs.telefoon.call_when(placed["sid"], "in-progress")

        found, changed = await programs.run(
            ["calls", ["list", {"status": "in-progress", "to": CALLEE}]],
            [call, ["update", {"twiml": KEYS}]],
        )
        await far_end.tells("digit", times=2)
        (ended,) = await programs.run([call, ["update", {"status": "completed"}]])

        assert [each["sid"] for each in found] == [placed["sid"]]
        assert (placed["status"], placed["direction"], placed["from"]) == ("queued", "outbound-api", NUMBER)
        assert (changed["status"], far_end.digits) == ("in-progress", "42")
        assert ended["sid"] == placed["sid"]
        assert (await programs.telefoon.ended_call(placed["sid"]))["status"] == "completed"


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_program_pages_through_its_calls_by_every_filter(
    client: str, tmp_path: Path, generators: Generators
) -> None:
    async with calling_out(client, tmp_path, generators) as (programs, _):
        order: Steps = ["calls", ["create", {"to": CALLEE, "from": NUMBER, "twiml": HANGING_UP}]]
        placed = await programs.run(order, order, order)
        for each in placed:
            await programs.telefoon.ended_call(each["sid"])

        filters = {"status": "completed", "to": CALLEE, "from": NUMBER, "startTimeAfter": "2026-01-01"}
        paged, two, fitting, to_others, before, children = await programs.run(
            ["calls", ["list", {"pageSize": 1, "limit": 9}]],
            ["calls", ["list", {"pageSize": 1, "limit": 2}]],
            ["calls", ["list", {**filters, "pageSize": 2}]],
            ["calls", ["list", {**filters, "to": "+3225550198"}]],
            ["calls", ["list", {"startTimeBefore": "2026-01-01"}]],
            ["calls", ["list", {"parentCallSid": placed[0]["sid"]}]],
        )

    newest_first = [each["sid"] for each in reversed(placed)]
    assert [each["sid"] for each in paged] == [each["sid"] for each in fitting] == newest_first
    assert [each["sid"] for each in two] == newest_first[:2]
    assert (to_others, before, children) == ([], [], [])


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_program_changes_its_number_and_is_told_by_number_what_is_not_here(
    client: str, tmp_path: Path, generators: Generators
) -> None:
    async with programs_of(client, tmp_path, generators, Ports()) as programs:
        ((number,),) = await programs.run(["incomingPhoneNumbers", ["list", {"phoneNumber": NUMBER}]])

        changed, messages = await programs.run(
            [["incomingPhoneNumbers", number["sid"]], ["update", {"voiceUrl": "https://shop.example/flow"}]],
            ["messages", ["create", {"to": CALLEE, "from": NUMBER, "body": "Good morning"}]],
        )
        (stranger,) = await programs.run(["calls", ["list"]], secret="wrong")
        (kept,) = (await programs.telefoon.get("numbers"))["numbers"]

    assert (changed["voiceUrl"], kept["url"]) == ("https://shop.example/flow", "https://shop.example/flow")
    assert (messages["status"], messages["code"]) == (404, 20404)
    assert (stranger["status"], stranger["code"]) == (401, 20003)


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_program_conducts_a_conference_of_two_who_hear_what_it_does(
    client: str, tmp_path: Path, generators: Generators
) -> None:
    gong = tone(GONG_HZ, 4, dbov=-20).save(tmp_path / "gong.wav").read_bytes()
    async with calling_in(client, tmp_path, generators, ROOM, FIRST_HZ, SECOND_HZ) as (programs, shop, (first, second)):
        shop.flows["/gong.wav"] = gong
        await has(programs.telefoon, "desk", 2, within_s=10)
        ((room,),) = await programs.run(["conferences", ["list", {"friendlyName": "desk", "status": "in-progress"}]])
        of_room: Step = ["conferences", room["sid"]]
        of_second: Steps = [of_room, ["participants", second.call_id]]

        listed, muted = await programs.run(
            [of_room, "participants", ["list", {"pageSize": 1}]], [*of_second, ["update", {"muted": True}]]
        )
        await asyncio.gather(first.hears(never=[second]), second.hears(first))

        _, held, of_held = await programs.run(
            [*of_second, ["update", {"muted": False}]],
            [*of_second, ["update", {"hold": True}]],
            [of_room, "participants", ["list", {"hold": True}]],
        )
        await asyncio.gather(first.hears(never=[second]), second.hears(never=[first]))

        since_s = first.ear.now_s
        _, coaching, _ = await programs.run(
            [*of_second, ["update", {"hold": False}]],
            [*of_second, ["update", {"coaching": True, "callSidToCoach": first.call_id}]],
            [of_room, ["participants", first.call_id], ["update", {"announceUrl": shop.url("/gong.wav")}]],
        )
        await first.ear.hears_in_all(GONG_HZ, seconds=2, within_s=20, since_s=since_s)
        await asyncio.gather(first.hears(second), second.hears(first))

        (ended,) = await programs.run([of_room, ["update", {"status": "completed"}]])
        for each in (first, second):
            await each.far_end.finishes()

    assert [each["callSid"] for each in listed] == [first.call_id, second.call_id]
    assert (muted["muted"], held["hold"], [each["callSid"] for each in of_held]) == (True, True, [second.call_id])
    assert (coaching["coaching"], coaching["callSidToCoach"]) == (True, first.call_id)
    assert (ended["sid"], ended["status"]) == (room["sid"], "completed")


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_program_records_a_call_but_for_a_pause_and_downloads_it(
    client: str, tmp_path: Path, generators: Generators
) -> None:
    async with calling_in(client, tmp_path, generators, WAITING, FIRST_HZ) as (programs, _, (caller,)):
        call: Step = ["calls", caller.call_id]
        (begun,) = await programs.run([call, "recordings", ["create", {"recordingChannels": "dual"}]])
        await asyncio.sleep(2)
        (paused,) = await programs.run(
            [call, ["recordings", CURRENT], ["update", {"status": "paused", "pauseBehavior": "skip"}]]
        )
        caller.ear.say(tone(SECOND_HZ, 2, dbov=-24), for_ever=True)
        await asyncio.sleep(2)
        await programs.run([call, ["update", {"status": "completed"}]])
        recording, wav = await programs.telefoon.recording(tmp_path)
        (listed,) = await programs.run(["recordings", ["list", {"callSid": caller.call_id}]])
        downloaded = tmp_path / "downloaded.wav"
        kind = await programs.downloaded(listed[0]["uri"].replace(".json", ".wav"), downloaded)

    assert (begun["status"], paused["status"]) == ("in-progress", "paused")
    assert [each["sid"] for each in listed] == [begun["sid"]] == [recording["id"]]
    assert (kind, downloaded.read_bytes() == wav.read_bytes()) == ("audio/wav", True)
    heard = Sound.of_file(downloaded, channel=0)
    assert hears(heard, FIRST_HZ, seconds=1)
    assert not hears(heard, SECOND_HZ)


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_program_takes_a_caller_out_of_a_queue(client: str, tmp_path: Path, generators: Generators) -> None:
    async with calling_in(client, tmp_path, generators, QUEUE, FIRST_HZ, SECOND_HZ) as (
        programs,
        shop,
        (first, second),
    ):
        shop.flows["/next"] = HOLDING
        await programs.telefoon.noted(second.call_id, "queue_entered")
        ((queue,),) = await programs.run(["queues", ["list"]])
        of_queue: Step = ["queues", queue["sid"]]

        waiting, taken, left = await programs.run(
            [of_queue, "members", ["list"]],
            [of_queue, ["members", "Front"], ["update", {"url": shop.url("/next"), "method": "GET"}]],
            [of_queue, "members", ["list"]],
        )
        await shop.is_asked("/next")

    assert (queue["friendlyName"], queue["currentSize"]) == ("support", 2)
    assert [each["callSid"] for each in waiting] == [first.call_id, second.call_id]
    assert taken["callSid"] == first.call_id
    assert [(each["callSid"], each["position"]) for each in left] == [(second.call_id, 1)]
