"""What a person may ask for: all that concerns their number, and its erasure, of which nothing is left."""

import io
import json
import zipfile
from functools import partial
from pathlib import Path

import pytest

from engine.errors import InvalidField, Refused, WrongState
from engine.gdpr.node_cleaning import NodeCleaning
from engine.gdpr.requests import PersonsRequests
from engine.ids import IdKind, new_id
from engine.model.call import Attempt, Call
from engine.model.conference import ConferenceStatus
from engine.model.node import NodeAddresses
from engine.model.queue import Queue
from engine.model.recording import RecordingStatus
from engine.model.stream import MediaStream
from engine.privacy.audit import CLI
from engine.privacy.pseudonym import PREFIX
from engine.privacy.retention import HoldOn
from engine.recordings.object_storage.removal import Removal
from engine.recordings.recording_files import audio
from engine.store.accounts import Accounts
from engine.store.conferences import Conferences
from engine.store.disclosures import Disclosures
from engine.store.holds import Holds
from engine.store.idempotency import IdempotencyKeys
from engine.store.moves import Moves
from engine.store.node_duties import NodeDuties
from engine.store.nodes import Nodes
from engine.store.numbers import Numbers
from engine.store.queues import Queues
from engine.store.streams import MediaStreams
from engine.store.subjects import Subjects
from tests.unit.store.conftest import PEPPER
from tests.unit.store.privacy.conftest import PSEUDONYMS, House, a_wav
from tests.unit.store.samples import NOON, a_conference, a_participant, a_recording
from tests.unit.store.test_disclosures import a_disclosure

PERSON = "+32471234556"
SPELLINGS = (b"471234556", b"471 23 45 56", b"471%20")


@pytest.fixture
def requests(house: House) -> PersonsRequests:
    return PersonsRequests(
        house.db, Subjects(house.db, PSEUDONYMS), house.audit, PSEUDONYMS, house.clock, node="node-1",
        audio=partial(audio, recording_storage=house.recording_storage),
        discard=house.discard,
        duties=NodeDuties(house.db),
        caches=(house.folder / "prompts",),
        settle_objects=Removal(Moves(house.db), None, house.clock).settle,
    )  # fmt: skip


async def exported(requests: PersonsRequests, house: House) -> zipfile.ZipFile:
    export = await requests.export(PERSON, [house.account.id], CLI)
    return zipfile.ZipFile(io.BytesIO(b"".join([chunk async for chunk in export.chunks])))


def a_stream_of(call: Call) -> MediaStream:
    """A stream by which a program heard a call."""
    return MediaStream(
        new_id(IdKind.STREAM), call.account_id, call.id, "node-1", "wss://program.example/media", "both_tracks", False,
        NOON, name=f"of {PERSON}",
    )  # fmt: skip


async def a_life(house: House) -> None:
    """A person is called, calls, is put through, sits in a conference, and is told of here and there."""
    called = await house.call(to=PERSON, attempts=(Attempt("trunk", f"sip:{PERSON}@10.0.0.1", "200 OK", 200),))
    await house.call(from_="0032471234556", to="+3225550100")
    parent = await house.call(to="+3225550101")
    await house.call(parent_id=parent.id, to=PERSON)
    await house.calls.add_event(parent.id, "dialled", {"to": "0471 23 45 56", "Zoë": ["ß", PERSON]}, NOON)
    await MediaStreams(house.db).add(a_stream_of(called))
    conference = a_conference(house.account.id, status=ConferenceStatus.COMPLETED, friendly_name=f"with {PERSON}")
    await Conferences(house.db).add(conference)
    await Conferences(house.db).join(a_participant(conference, called, label=f"Zoë {PERSON}"))
    audio = house.folder / "conference.wav"
    a_wav(audio, b"471234556")
    await house.recordings.add(
        a_recording(
            house.account.id, conference_id=conference.id, path=str(audio), status=RecordingStatus.COMPLETED,
            ended_at=NOON,
        )
    )  # fmt: skip
    keys = IdempotencyKeys(house.db)
    await keys.begin(house.account.id, f"call {PERSON}", "f", NOON)
    await keys.finish(house.account.id, f"call {PERSON}", 201, json.dumps({"to": PERSON}), None)
    await Queues(house.db).made(Queue(new_id(IdKind.QUEUE), house.account.id, f"for {PERSON}", NOON))


async def test_an_export_is_a_page_json_and_sound(house: House, requests: PersonsRequests) -> None:
    await a_life(house)
    other = await house.call(to="+31205550142")

    archive = await exported(requests, house)

    data = json.loads(archive.read("data.json"))
    assert data["number"] == PERSON
    assert sorted(row["to"] for row in data["calls"]) == ["+3225550100", PERSON, PERSON]
    assert {"call_events", "webhook_exchanges", "outbox", "participants", "recordings", "mentions"} <= data.keys()
    assert {mention["table"] for mention in data["mentions"]} == {
        "call_events", "conferences", "idempotency_keys", "queues",
    }  # fmt: skip
    sounds = [name for name in archive.namelist() if name.startswith("recordings/")]
    assert len(sounds) == len(data["recordings"]) == 5
    assert archive.read(sounds[0]).startswith(b"RIFF")
    page = archive.read("index.html").decode()
    assert PERSON in page
    assert "Zoë" in page
    assert "http" not in page.replace("https://customer.example", "")
    assert other.id not in archive.read("data.json").decode()


async def test_what_a_person_was_told_of_programs_is_exported_and_keeps_a_pseudonym_after_an_erasure(
    house: House, requests: PersonsRequests
) -> None:
    call = await house.call(to=PERSON)
    disclosures = Disclosures(house.db)
    await house.db.write(disclosures.adding(a_disclosure(house.account.id, call.id, PERSON)))

    [told] = json.loads((await exported(requests, house)).read("data.json"))["disclosures"]
    await requests.erase(PERSON, [house.account.id], CLI)

    assert (told["number"], told["policy"], told["language"]) == (PERSON, "announce", "nl-BE")
    [left] = await disclosures.of_call(call.id)
    assert left.number.startswith(PREFIX)


async def test_programs_that_heard_a_persons_calls_are_exported_and_erased(
    house: House, requests: PersonsRequests
) -> None:
    call, streams = await house.call(to=PERSON), MediaStreams(house.db)
    await streams.add(a_stream_of(call))

    told = json.loads((await exported(requests, house)).read("data.json"))["streams"]
    await requests.erase(PERSON, [house.account.id], CLI)

    assert [each["url"] for each in told] == ["wss://program.example/media"]
    assert await streams.of_call(call.id) == ([], 0)


async def test_an_export_tells_no_key_and_not_where_a_file_lies(house: House, requests: PersonsRequests) -> None:
    await a_life(house)

    data = json.loads((await exported(requests, house)).read("data.json"))

    told = {column for row in data["recordings"] for column in row}
    assert {"id", "started_at", "sha256"} <= told
    assert told.isdisjoint({"wrapped_key", "path", "object_url"})


async def test_markup_in_what_is_stored_stays_text(house: House, requests: PersonsRequests) -> None:
    call = await house.call(to=PERSON)
    await house.calls.add_event(call.id, "said", {"text": "<script>alert(1)</script>"}, NOON)

    page = (await exported(requests, house)).read("index.html").decode()

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


async def test_an_export_tells_nothing_of_another_account(house: House, requests: PersonsRequests) -> None:
    stranger = House(house.db, await Accounts(house.db, PEPPER).ensure("stranger"), house.folder)
    await a_life(stranger)

    archive = await exported(requests, house)

    assert set(json.loads(archive.read("data.json"))) == {"number", "made_at"}
    assert "Nothing is stored about this number." in archive.read("index.html").decode()


async def test_an_erasure_leaves_the_number_in_no_byte(
    house: House, requests: PersonsRequests, url: str, tmp_path: Path
) -> None:
    await a_life(house)
    prompt = house.folder / "prompts" / "ab" / "abcd.wav"
    prompt.parent.mkdir(parents=True)
    prompt.write_bytes(b"RIFF471234556")
    other = await house.call(to="+31205550142")

    if url.startswith("sqlite"):
        assert b"471234556" in b"".join(path.read_bytes() for path in tmp_path.glob("telefoon.db*"))

    certificate = await requests.erase(PERSON, [house.account.id], CLI)

    assert certificate.subject == PSEUDONYMS.pseudonym_of(PERSON)
    assert certificate.counts == {
        "recordings": 5, "calls": 3, "events": 3, "webhooks": 3, "outbox": 3, "streams": 1, "mentions": 4,
    }  # fmt: skip
    assert (certificate.cached_files, certificate.storage_scoured) == (1, True)
    for file in (path for path in tmp_path.rglob("*") if path.is_file()):
        content = file.read_bytes()
        assert not [spelling for spelling in SPELLINGS if spelling in content], file
    assert await house.calls.get(other.id) == other
    assert (house.folder / f"{other.id}.wav").exists()


async def test_a_second_run_finds_nothing(house: House, requests: PersonsRequests) -> None:
    await a_life(house)
    first = await requests.erase(PERSON, [house.account.id], CLI)
    second = await requests.erase(PERSON, [house.account.id], CLI)

    assert set(second.counts.values()) == {0}
    assert set(json.loads((await exported(requests, house)).read("data.json"))) == {"number", "made_at"}
    rows = [row async for row in house.audit.rows()]
    assert [row.action for row in rows] == [
        "privacy.erase.begun", "privacy.erase", "privacy.erase.begun", "privacy.erase", "privacy.export",
    ]  # fmt: skip
    assert json.loads(rows[1].facts)["certificate"] == first.sha256
    assert all("471234556" not in f"{row.object}{row.facts}" for row in rows)
    assert await house.audit.verify() == []


async def test_what_a_bill_needs_stays(house: House, requests: PersonsRequests) -> None:
    call = await house.call(to=PERSON)

    await requests.erase(PERSON, [house.account.id], CLI)

    erased = await house.calls.get(call.id)
    assert erased is not None
    assert (erased.start_time, erased.end_time, erased.duration) == (call.start_time, call.end_time, 7)
    assert erased.to.startswith(f"{PREFIX}be-")


async def test_a_live_call_refuses_it(house: House, requests: PersonsRequests) -> None:
    ended = await house.call(to=PERSON)
    live = await house.call(to=PERSON, live=True)

    with pytest.raises(WrongState, match=f"is live: {live.id}"):
        await requests.erase(PERSON, [house.account.id], CLI)

    assert await house.calls.get(ended.id) == ended


async def test_a_legal_hold_refuses_it(house: House, requests: PersonsRequests) -> None:
    call = await house.call(to=PERSON)
    await Holds(house.db).set(house.account.id, HoldOn.CALL, call.id, "Case 2026/14", CLI)

    with pytest.raises(Refused, match=f"A legal hold keeps {call.id}"):
        await requests.erase(PERSON, [house.account.id], CLI)

    assert await house.calls.get(call.id) == call


@pytest.mark.parametrize("owned", [PERSON, "+324712345xx"])
async def test_a_number_of_an_account_is_no_persons(house: House, requests: PersonsRequests, owned: str) -> None:
    await Numbers(house.db).add(house.account.id, owned)
    with pytest.raises(Refused, match="numbers remove"):
        await requests.erase(PERSON, [house.account.id], CLI)


async def test_files_on_another_nodes_disk_are_that_ones_to_delete_when_it_is_back(
    house: House, requests: PersonsRequests, tmp_path: Path
) -> None:
    call = await house.call(to=PERSON)
    theirs, other = tmp_path / "theirs", tmp_path / "cache"
    for folder in (theirs, other):
        folder.mkdir()
    row = a_recording(
        house.account.id, call_id=call.id, node="node-2", status=RecordingStatus.COMPLETED, path=str(theirs / "one.wav")
    )
    (theirs / "one.wav").write_bytes(b"sound")
    (other / "prompt.wav").write_bytes(b"sound")
    await house.recordings.add(row)
    await Nodes(house.db).enter(
        "node-2", NodeAddresses("http://x", "x"), version="1", process="there/1/1", lease_s=-1.0
    )

    certificate = await requests.erase(PERSON, [house.account.id], CLI)
    waiting = (theirs / "one.wav").exists()
    duties = NodeDuties(house.db)
    await NodeCleaning(duties, "node-2", house.clock, recordings=theirs, caches=[other]).carry_out()

    assert certificate.nodes_pending == ("node-2",)
    assert await house.recordings.get(row.id) is None
    assert waiting
    assert [*theirs.iterdir(), *other.iterdir(), *await duties.waiting()] == []


async def test_a_recording_of_another_node_that_is_in_the_store_is_erased_from_here(
    house: House, requests: PersonsRequests
) -> None:
    call = await house.call(to=PERSON)
    await house.recordings.add(
        a_recording(
            house.account.id, call_id=call.id, node="node-2", status=RecordingStatus.COMPLETED,
            object_url="s3://calls/kept/one",
        )
    )  # fmt: skip

    certificate = await requests.erase(PERSON, [house.account.id], CLI)

    assert (certificate.counts["recordings"], certificate.objects_pending) == (2, 1)  # there is no store to ask here
    assert [move.url for move in await Moves(house.db).to_remove("node-2")] == ["s3://calls/kept/one"]


async def test_what_is_no_number_is_refused(house: House, requests: PersonsRequests) -> None:
    with pytest.raises(InvalidField):
        await requests.export("0471234556", [house.account.id], CLI)
