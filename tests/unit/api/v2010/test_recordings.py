"""Recordings as programs of /2010-04-01 have them."""

from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from engine.ids import IdKind, new_id
from engine.live.orders import NewConference, RecordingAction
from engine.model.recording import RecordingStatus
from engine.model.recording_marks import PauseBehavior
from tests.unit.api.test_recordings import WAV, recorded
from tests.unit.api.v2010.conftest import Program
from tests.unit.api.v2010.test_calls import placed_at

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


async def a_call(program: Program) -> str:
    await placed_at(program, NOON)
    return str((await program.get("Calls"))[1]["calls"][0]["sid"])


async def a_conference(program: Program) -> str:
    return (await program.site.conference_service.create(NewConference(program.account.id, "desk"))).id


async def test_a_recording_is_told_by_their_names(program: Program) -> None:
    call_id = await a_call(program)
    row = await recorded(program.site, call_id=call_id, started_at=NOON, ended_at=NOON)

    status, recording = await program.get(f"Recordings/{row.id}")

    assert (status, recording["sid"], recording["call_sid"]) == (200, row.id, call_id)
    assert (recording["status"], recording["source"], recording["channels"]) == ("completed", "OutboundAPI", 2)
    assert (recording["duration"], recording["start_time"]) == ("2", "Mon, 30 Nov 2026 12:00:00 +0000")
    assert recording["uri"] == f"{program.place(f'Recordings/{row.id}')}.json"
    of_call = (await program.get(f"Calls/{call_id}/Recordings/{row.id}"))[1]
    assert of_call["uri"] == f"{program.place(f'Calls/{call_id}/Recordings/{row.id}')}.json"


@pytest.mark.parametrize(("suffix", "media_type"), [("", "audio/wav"), (".wav", "audio/wav"), (".mp3", "audio/mpeg")])
async def test_its_audio_is_where_programs_look_for_it(program: Program, suffix: str, media_type: str) -> None:
    row = await recorded(program.site)
    _, recording = await program.get(f"Recordings/{row.id}")

    response, body = await download(program, f"{recording['media_url']}{suffix}")

    assert (response.status, response.content_type) == (200, media_type)
    assert body == WAV or suffix == ".mp3"


async def download(program: Program, url: str) -> tuple[aiohttp.ClientResponse, bytes]:
    headers = {"Authorization": aiohttp.encode_basic_auth(program.user, program.secret)}
    async with program.site.client.get(url, headers=headers) as response:
        return response, await response.read()


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, 2),
        ({"CallSid": "mine"}, 1),
        ({"ConferenceSid": "mine"}, 1),
        ({"DateCreated": "2026-11-30"}, 1),
        ({"DateCreated>": "2026-11-30"}, 2),
        ({"DateCreated<": "2026-11-30"}, 0),
        ({"IncludeSoftDeleted": "true"}, 3),
    ],
)
async def test_the_list_is_narrowed(program: Program, filters: dict[str, str], found: int) -> None:
    call_id, room = await a_call(program), await a_conference(program)
    later = datetime(2026, 12, 1, tzinfo=UTC)
    await recorded(program.site, call_id=call_id, started_at=NOON)
    await recorded(program.site, conference_id=room, started_at=later)
    await recorded(program.site, status=RecordingStatus.DELETED, started_at=later)
    mine = {"CallSid": call_id, "ConferenceSid": room}

    status, page = await program.get(
        "Recordings", **{name: mine[name] if value == "mine" else value for name, value in filters.items()}
    )

    assert (status, len(page["recordings"])) == (200, found)


@pytest.mark.parametrize("place", ["Recordings/{}", "Calls/{call}/Recordings/{}"])
async def test_one_is_deleted_by_the_same_order(program: Program, place: str) -> None:
    call_id = await a_call(program)
    row = await recorded(program.site, call_id=call_id)

    path = f"{program.place(place.format(row.id, call=call_id))}.json"
    headers = {"Authorization": aiohttp.encode_basic_auth(program.user, program.secret)}
    async with program.site.client.delete(f"{program.site.address}{path}", headers=headers) as response:
        status = response.status

    assert (status, program.site.call_service.deleted) == (204, [row.id])


async def test_what_is_deleted_is_found_by_who_asks_for_that_only(program: Program) -> None:
    row = await recorded(program.site, status=RecordingStatus.DELETED)

    assert (await program.get(f"Recordings/{row.id}"))[0] == 404
    status, recording = await program.get(f"Recordings/{row.id}", IncludeSoftDeleted="true")
    assert (status, recording["status"]) == (200, "deleted")


async def test_a_recording_of_another_call_is_not_found_at_this_one(program: Program) -> None:
    row = await recorded(program.site, call_id=await a_call(program))

    status, error = await program.get(f"Calls/{new_id(IdKind.CALL)}/Recordings/{row.id}")

    assert (status, error["code"]) == (404, 20404)


@pytest.mark.parametrize(
    ("facts", "status", "error_code"),
    [
        ({"seconds": None, "error": "no disk"}, "absent", 20500),
        ({"seconds": 2.0, "error": "The disk is full."}, "completed", 20500),
    ],
)
async def test_a_failed_one_is_what_there_is_of_it(
    program: Program, facts: dict[str, Any], status: str, error_code: int
) -> None:
    row = await recorded(program.site, status=RecordingStatus.FAILED, **facts)

    _, recording = await program.get(f"Recordings/{row.id}")

    assert (recording["status"], recording["error_code"]) == (status, error_code)


async def test_a_call_is_recorded_from_now_on_once_there_is_consent(program: Program) -> None:
    call_id = await a_call(program)
    form = {
        "RecordingStatusCallback": "https://shop.example/told",
        "RecordingStatusCallbackEvent": "in-progress completed",
        "RecordingStatusCallbackMethod": "GET",
        "RecordingTrack": "inbound",
    }

    status, recording = await program.post(f"Calls/{call_id}/Recordings", form)

    (change,) = program.site.call_service.changes
    assert change.recording is not None
    assert change.recording.action is RecordingAction.START
    assert (change.recording.plan.channels.value, change.recording.plan.tracks.value) == ("mono", "inbound")
    assert change.recording.plan.callback is not None
    assert change.recording.plan.callback.method == "GET"
    assert change.recording.plan.callback.events == ("in-progress", "completed")
    assert (status, recording["sid"]) == (201, change.recording.recording_id)
    assert recording["status"] == "absent", "nobody has consented here, and nothing is recorded"


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("paused", RecordingAction.PAUSE),
        ("in-progress", RecordingAction.RESUME),
        ("stopped", RecordingAction.STOP),
    ],
)
@pytest.mark.parametrize("by_id", [True, False])
async def test_one_under_way_is_changed_by_its_id_or_as_the_current(
    program: Program, status: str, action: RecordingAction, *, by_id: bool
) -> None:
    call_id = await a_call(program)
    row = await recorded(program.site, call_id=call_id, status=RecordingStatus.IN_PROGRESS)
    await recorded(program.site, call_id=call_id)

    answer, recording = await program.post(
        f"Calls/{call_id}/Recordings/{row.id if by_id else 'Twilio.CURRENT'}", {"Status": status}
    )

    (change,) = program.site.call_service.changes
    assert change.recording is not None
    assert (answer, recording["sid"]) == (200, row.id)
    assert (change.recording.action, change.recording.recording_id) == (action, row.id)


async def test_a_pause_leaves_what_is_asked(program: Program) -> None:
    call_id = await a_call(program)
    await recorded(program.site, call_id=call_id, status=RecordingStatus.IN_PROGRESS)

    await program.post(f"Calls/{call_id}/Recordings/Twilio.CURRENT", {"Status": "paused", "PauseBehavior": "skip"})

    (change,) = program.site.call_service.changes
    assert change.recording is not None
    assert change.recording.pause_behavior is PauseBehavior.SKIP


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 20001),
        ({"Status": "gone"}, 20001),
        ({"Status": "stopped", "PauseBehavior": "skip"}, 20001),
    ],
)
async def test_what_is_wrong_with_a_change_is_named(program: Program, form: dict[str, str], code: int) -> None:
    call_id = await a_call(program)
    row = await recorded(program.site, call_id=call_id, status=RecordingStatus.IN_PROGRESS)

    status, error = await program.post(f"Calls/{call_id}/Recordings/{row.id}", form)

    assert (status, error["code"]) == (400, code)
    assert program.site.call_service.changes == []


@pytest.mark.parametrize("status", ["paused", "in-progress", "stopped"])
async def test_the_recording_of_a_conference_is_changed_as_the_conference_is(program: Program, status: str) -> None:
    room = await a_conference(program)
    row = await recorded(program.site, conference_id=room, status=RecordingStatus.IN_PROGRESS)

    answer, recording = await program.post(f"Conferences/{room}/Recordings/Twilio.CURRENT", {"Status": status})

    assert (answer, recording["sid"], recording["conference_sid"]) == (200, row.id, room)
    (change,) = program.site.conference_service.changes
    assert change.recording is not None


async def test_one_of_a_conference_that_is_over_can_not_be_paused(program: Program) -> None:
    room = await a_conference(program)
    row = await recorded(program.site, conference_id=room)

    status, error = await program.post(f"Conferences/{room}/Recordings/{row.id}", {"Status": "paused"})

    assert (status, error["code"]) == (400, 21220)
    assert (await program.get(f"Conferences/{room}/Recordings"))[1]["recordings"][0]["sid"] == row.id


async def test_there_is_no_current_one_where_nothing_is_recorded(program: Program) -> None:
    call_id = await a_call(program)
    await recorded(program.site, call_id=call_id)

    status, error = await program.post(f"Calls/{call_id}/Recordings/Twilio.CURRENT", {"Status": "stopped"})

    assert (status, error["code"]) == (404, 20404)


async def test_a_configuration_is_refused_by_name(program: Program) -> None:
    status, error = await program.post(f"Calls/{await a_call(program)}/Recordings", {"RecordingConfigurationId": "x"})

    assert (status, error["code"]) == (400, 20001)
    assert "RecordingConfigurationId" in error["message"]


async def test_a_recording_of_another_account_is_not_found(program: Program) -> None:
    other = await program.site.services.stores.accounts.ensure("other")
    theirs = await recorded(program.site, account_id=other.id)

    for suffix in ("", ".json", ".wav", ".mp3"):
        path = f"{program.site.address}{program.place(f'Recordings/{theirs.id}')}{suffix}"
        response, _ = await download(program, path)
        assert response.status == 404
    assert (await program.get("Recordings"))[1]["recordings"] == []
