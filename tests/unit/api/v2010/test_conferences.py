"""Conferences, and who is in them, as programs of /2010-04-01 have them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from engine.flow.next_step import GoTo, HttpMethod
from engine.ids import IdKind, new_id
from engine.live.orders import NewConference
from engine.model.call import Call, Direction
from engine.model.call_options import CallOptions
from engine.model.conference import Conference, ConferenceStatus, Participant, ParticipantChange
from tests.unit.api.conftest import NUMBER, TO
from tests.unit.api.v2010.conftest import Program

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
SAID = "https://shop.example/said"


async def a_conference(program: Program, name: str = "desk", **facts: Any) -> Conference:
    conference = Conference(
        id=new_id(IdKind.CONFERENCE),
        account_id=program.account.id,
        friendly_name=name,
        status=facts.pop("status", ConferenceStatus.IN_PROGRESS),
        date_created=facts.pop("date_created", NOON),
        node="node-1",
        **facts,
    )
    await program.site.services.stores.conferences.add(conference)
    return conference


async def a_participant(program: Program, conference: Conference, **facts: Any) -> Participant:
    call = Call.begun(
        Direction.OUTBOUND, NUMBER, TO, CallOptions(), account_id=program.account.id, at=NOON, node="node-1"
    )
    await program.site.call_service.calls.add(call)
    participant = Participant(new_id(IdKind.PARTICIPANT), conference.id, call.id, facts.pop("at", NOON), **facts)
    await program.site.services.stores.conferences.join(participant)
    return participant


async def test_a_conference_is_told_by_their_names(program: Program) -> None:
    room = await a_conference(program)

    status, conference = await program.get(f"Conferences/{room.id}")

    assert (status, conference["sid"], conference["friendly_name"]) == (200, room.id, "desk")
    assert (conference["status"], conference["date_created"]) == ("in-progress", "Mon, 30 Nov 2026 12:00:00 +0000")
    place = program.place(f"Conferences/{room.id}")
    assert conference["subresource_uris"] == {
        "participants": f"{place}/Participants.json",
        "recordings": f"{place}/Recordings.json",
    }


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, 3),
        ({"Status": "completed"}, 1),
        ({"FriendlyName": "desk"}, 2),
        ({"DateCreated": "2026-11-30"}, 2),
        ({"DateCreated<": "2026-11-30"}, 1),
        ({"DateUpdated": "2026-11-30"}, 3),
        ({"DateUpdated>": "2026-11-30T12:30:00Z"}, 1),
        ({"DateUpdated<": "2026-11-30"}, 0),
    ],
)
async def test_the_list_is_narrowed(program: Program, filters: dict[str, str], found: int) -> None:
    await a_conference(program)
    await a_conference(program, "board")
    await a_conference(
        program,
        status=ConferenceStatus.COMPLETED,
        date_created=NOON - timedelta(days=2),
        ended_at=NOON + timedelta(hours=1),
    )

    status, page = await program.get("Conferences", **filters)

    assert (status, len(page["conferences"])) == (200, found)


async def test_one_is_ended_and_announced_in_by_the_same_orders(program: Program) -> None:
    room = await a_conference(program)

    assert (await program.post(f"Conferences/{room.id}", {"AnnounceUrl": SAID, "AnnounceMethod": "GET"}))[0] == 200
    assert (await program.post(f"Conferences/{room.id}", {"Status": "completed"}))[0] == 200
    assert (await program.post(f"Conferences/{room.id}", {}))[0] == 200, "nothing is changed by nothing"

    announced, ended = program.site.conference_service.changes
    assert announced.announce == GoTo(SAID, HttpMethod.GET)
    assert ended.end


@pytest.mark.parametrize(
    "form", [{"Status": "in-progress"}, {"AnnounceUrl": "said"}, {"AnnounceUrl": SAID, "AnnounceMethod": "PUT"}]
)
async def test_what_is_wrong_with_a_change_is_named(program: Program, form: dict[str, str]) -> None:
    room = await a_conference(program)

    status, error = await program.post(f"Conferences/{room.id}", form)

    assert (status, error["code"]) == (400, 20001)
    assert error["message"].startswith(("Status:", "AnnounceUrl:", "AnnounceMethod:"))


@pytest.mark.parametrize("by_label", [True, False])
async def test_who_is_in_it_is_found_by_call_and_by_label(program: Program, *, by_label: bool) -> None:
    room = await a_conference(program)
    coached = await a_participant(program, room)
    agent = await a_participant(program, room, label="agent 7", coach=coached.call_id, muted=True)

    status, participant = await program.get(
        f"Conferences/{room.id}/Participants/{'agent%207' if by_label else agent.call_id}"
    )

    assert (status, participant["call_sid"], participant["label"]) == (200, agent.call_id, "agent 7")
    assert (participant["coaching"], participant["call_sid_to_coach"]) == (True, coached.call_id)
    assert (participant["muted"], participant["hold"], participant["status"]) == (True, False, "connected")
    assert participant["uri"].endswith(f"Conferences/{room.id}/Participants/{agent.call_id}.json")


async def test_who_is_in_it_is_paged_through_in_order(program: Program) -> None:
    room = await a_conference(program)
    came = [await a_participant(program, room, at=NOON + timedelta(seconds=at)) for at in range(5)]

    seen = []
    _, page = await program.get(f"Conferences/{room.id}/Participants", PageSize="2")
    while True:
        seen += [each["call_sid"] for each in page["participants"]]
        if page["next_page_uri"] is None:
            break
        _, page = await program.ask("GET", page["next_page_uri"])

    assert seen == [each.call_id for each in came]


@pytest.mark.parametrize(
    ("filters", "found"),
    [({"Muted": "true"}, 1), ({"Muted": "false"}, 2), ({"Hold": "true"}, 1), ({"Coaching": "true"}, 0)],
)
async def test_the_list_of_participants_is_narrowed(program: Program, filters: dict[str, str], found: int) -> None:
    room = await a_conference(program)
    for facts in ({}, {"muted": True}, {"hold": True}):
        await a_participant(program, room, **facts)

    status, page = await program.get(f"Conferences/{room.id}/Participants", **filters)

    assert (status, len(page["participants"])) == (200, found)


@pytest.mark.parametrize("place", ["id", "name", "new name"])
async def test_somebody_is_called_into_a_conference_by_its_id_or_its_name(program: Program, place: str) -> None:
    room = await a_conference(program)
    coach = new_id(IdKind.CALL)
    form = {
        "To": TO,
        "From": NUMBER,
        "Label": "minutes",
        "Muted": "true",
        "Beep": "onExit",
        "EndConferenceOnExit": "true",
        "EarlyMedia": "false",
        "Coaching": "true",
        "CallSidToCoach": coach,
        "Timeout": "20",
        "TimeLimit": "60",
        "StatusCallback": "https://shop.example/told",
        "WaitUrl": "https://shop.example/wait",
        "ConferenceStatusCallback": "https://shop.example/room",
        "ConferenceStatusCallbackEvent": "join leave",
        "MaxParticipants": "7",
        "ConferenceRecord": "record-from-start",
    }

    status, participant = await program.post(
        f"Conferences/{ {'id': room.id, 'name': 'desk', 'new name': 'board'}[place] }/Participants", form
    )

    (order,) = program.site.call_service.orders
    assert order.flow is not None
    (dial,) = order.flow.document.verbs
    (noun,) = dial.to  # type: ignore[attr-defined]
    assert (noun.conference, noun.participant_label, noun.muted, noun.coach) == (
        "board" if place == "new name" else "desk",
        "minutes",
        True,
        coach,
    )
    assert (noun.beep.value, noun.end_conference_on_exit, noun.wait_url) == (
        "onExit",
        True,
        "https://shop.example/wait",
    )
    assert [event.value for event in noun.status_callback_event] == ["join", "leave"]
    assert dial.time_limit == 60  # type: ignore[attr-defined]
    assert (order.options.timeout_s, order.options.status_callback_events, order.heard_in) == (20, ("completed",), None)
    assert (status, participant["status"], participant["label"]) == (201, "queued", "minutes")
    assert (participant["coaching"], participant["start_conference_on_enter"]) == (True, True)
    made = program.site.conference_service.orders
    assert made == ([NewConference(program.account.id, "board", 7, record=True)] if place == "new name" else [])
    assert (participant["conference_sid"] == room.id) is (place != "new name")


@pytest.mark.parametrize(
    ("form", "code", "named"),
    [
        ({"To": None}, 21201, "To"),
        ({"From": None}, 21213, "From"),
        ({"To": "nobody"}, 21211, "To"),
        ({"From": "+3225559999"}, 21210, "+3225559999"),
        ({"Beep": "loud"}, 20001, "Beep"),
        ({"WaitUrl": "music"}, 20001, "WaitUrl"),
        ({"Coaching": "true"}, 20001, "CallSidToCoach"),
        ({"Record": "true"}, 20001, "Record"),
        ({"MachineDetection": "Enable"}, 20001, "MachineDetection"),
        ({"EmergencyCity": "Gent"}, 20001, "EmergencyCity"),
    ],
)
async def test_what_is_wrong_with_who_is_called_in_has_a_number(
    program: Program, form: dict[str, str | None], code: int, named: str
) -> None:
    room = await a_conference(program)
    given = {"To": TO, "From": NUMBER, **form}

    status, error = await program.post(
        f"Conferences/{room.id}/Participants", {name: value for name, value in given.items() if value is not None}
    )

    assert (status, error["code"]) == (400, code)
    assert named in error["message"]
    assert program.site.call_service.orders == []


@pytest.mark.parametrize(
    ("form", "change"),
    [
        ({"Muted": "true"}, ParticipantChange(muted=True)),
        ({"Hold": "true", "HoldMethod": "GET"}, ParticipantChange(hold=True)),
        ({"EndConferenceOnExit": "false"}, ParticipantChange(end_on_exit=False)),
        ({"Coaching": "true", "CallSidToCoach": f"CA{'7' * 32}"}, ParticipantChange(coach=f"CA{'7' * 32}")),
        ({"Coaching": "false"}, ParticipantChange(coach="")),
    ],
)
async def test_how_somebody_takes_part_is_changed_by_the_same_order(
    program: Program, form: dict[str, str], change: ParticipantChange
) -> None:
    room = await a_conference(program)
    await a_participant(program, room, label="agent")

    await program.post(f"Conferences/{room.id}/Participants/agent", form)

    (order,) = program.site.conference_service.participant_orders
    assert order.change == change


async def test_one_alone_hears_an_announcement(program: Program) -> None:
    room = await a_conference(program)
    somebody = await a_participant(program, room)

    await program.post(f"Conferences/{room.id}/Participants/{somebody.call_id}", {"AnnounceUrl": SAID})

    (order,) = program.site.conference_service.participant_orders
    assert order.announce == GoTo(SAID, HttpMethod.POST)


@pytest.mark.parametrize(("method", "asked"), [({}, HttpMethod.GET), ({"HoldMethod": "POST"}, HttpMethod.POST)])
async def test_one_on_hold_has_music_of_its_own(program: Program, method: dict[str, str], asked: HttpMethod) -> None:
    room = await a_conference(program)
    somebody = await a_participant(program, room)
    form = {"Hold": "true", "HoldUrl": SAID, **method}

    await program.post(f"Conferences/{room.id}/Participants/{somebody.call_id}", form)

    (order,) = program.site.conference_service.participant_orders
    assert (order.change, order.hold_music) == (ParticipantChange(hold=True), GoTo(SAID, asked))


async def test_whether_a_tone_tells_that_somebody_has_left_is_changed(program: Program) -> None:
    room = await a_conference(program)
    somebody = await a_participant(program, room)

    await program.post(f"Conferences/{room.id}/Participants/{somebody.call_id}", {"BeepOnExit": "false"})

    (order,) = program.site.conference_service.participant_orders
    assert order.beep_on_exit is False


async def test_what_is_heard_before_it_begins_can_not_be_changed(program: Program) -> None:
    room = await a_conference(program)
    somebody = await a_participant(program, room)

    status, error = await program.post(f"Conferences/{room.id}/Participants/{somebody.call_id}", {"WaitUrl": SAID})

    assert (status, error["code"]) == (400, 20001)
    assert "WaitUrl" in error["message"]


@pytest.mark.parametrize("who", [f"CA{'0' * 32}", "nobody"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_who_is_not_in_it_is_not_found(program: Program, method: str, who: str) -> None:
    room = await a_conference(program)

    path = f"{program.place(f'Conferences/{room.id}/Participants/{who}')}.json"
    headers = {"Authorization": aiohttp.encode_basic_auth(program.user, program.secret)}
    async with program.site.client.request(method, f"{program.site.address}{path}", headers=headers) as response:
        status, error = response.status, await response.json()

    assert (status, error["code"]) == (404, 20404)


async def test_a_conference_of_another_account_is_not_found(program: Program) -> None:
    other = await program.site.services.stores.accounts.ensure("other")
    room = await a_conference(program)
    theirs = await program.site.conference_service.create(NewConference(other.id, "theirs"))

    for path in ("", "/Participants", "/Recordings"):
        assert (await program.get(f"Conferences/{theirs.id}{path}"))[0] == 404
        assert (await program.get(f"Conferences/{room.id}{path}"))[0] == 200


async def test_a_sip_address_is_called_in_with_its_credentials_and_a_name(program: Program) -> None:
    form = {
        "To": "sip:desk@pbx.example",
        "From": NUMBER,
        "SipAuthUsername": "telefoon",
        "SipAuthPassword": "secret",
        "CallerDisplayName": "Reception",
    }

    status, _ = await program.post("Conferences/board/Participants", form)

    (order,) = program.site.call_service.orders
    assert (status, order.to, order.sip_password) == (201, "sip:desk@pbx.example", "secret")
    assert order.options.caller_name == "Reception"
