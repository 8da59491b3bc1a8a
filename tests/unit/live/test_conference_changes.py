"""Conferences as they are made, changed, ended and watched from outside, and what is told of them."""

import pytest

from engine.errors import NotFound, WrongState
from engine.live.orders import ConferenceChange, NewConference, ParticipantOrder
from engine.model.conference import ConferenceStatus, ParticipantChange
from engine.ports import RtpStats
from engine.testing.node import FakeNode
from tests.unit.live.conferences import ROOM, TOLD, conference, enters, room_id


@pytest.mark.parametrize(
    ("change", "is_heard", "hears"),
    [
        (ParticipantChange(muted=True), False, True),
        (ParticipantChange(deaf=True), True, False),
        (ParticipantChange(hold=True), False, False),
    ],
)
async def test_a_participant_is_changed_from_outside_and_back(
    node: FakeNode, change: ParticipantChange, is_heard: bool, hears: bool
) -> None:
    first, second = await enters(node), await enters(node)
    call, conferences = (await node.call(second)).id, node.switchboard.conferences

    await conferences.change_participant(node.account.id, await room_id(node), call, ParticipantOrder(change))
    assert first.can_hear(second) is is_heard
    assert second.can_hear(first) is hears

    back = ParticipantChange(muted=False, deaf=False, hold=False)
    await conferences.change_participant(node.account.id, await room_id(node), call, ParticipantOrder(back))
    await first.talks_with(second)


async def test_everybody_but_the_spared_moderators_is_muted_at_once(node: FakeNode) -> None:
    moderator, guest, other = await enters(node, moderator="true"), await enters(node), await enters(node)

    await node.switchboard.conferences.change(
        node.account.id, await room_id(node), ConferenceChange(muted=True, spared=True)
    )

    assert guest.can_hear(moderator)
    assert not moderator.can_hear(guest)
    assert not guest.can_hear(other)


async def test_a_conference_is_ended_from_outside_for_all(node: FakeNode) -> None:
    first, second = await enters(node), await enters(node)

    await node.switchboard.conferences.end(node.account.id, await room_id(node))

    await first.hears("Goodbye.")
    await second.hears("Goodbye.")


async def test_one_is_sent_out_and_goes_on_with_its_flow(node: FakeNode) -> None:
    first, second = await enters(node), await enters(node)

    await node.switchboard.conferences.send_out(node.account.id, await room_id(node), (await node.call(second)).id)
    await second.hears("Goodbye.")

    assert not first.is_over


async def test_who_is_not_in_it_cannot_be_sent_out(node: FakeNode) -> None:
    await enters(node)

    with pytest.raises(NotFound):
        await node.switchboard.conferences.send_out(node.account.id, await room_id(node), "CA0")


async def test_a_room_that_was_made_beforehand_is_the_one_that_callers_enter(node: FakeNode) -> None:
    made = await node.switchboard.conferences.create(NewConference(node.account.id, ROOM))

    await enters(node)

    assert await room_id(node) == made.id


async def test_no_second_room_of_a_name_is_made(node: FakeNode) -> None:
    await enters(node)

    with pytest.raises(WrongState, match="open already"):
        await node.switchboard.conferences.create(NewConference(node.account.id, ROOM))


async def test_a_room_that_nobody_enters_for_a_day_is_closed(node: FakeNode) -> None:
    made = await node.switchboard.conferences.create(NewConference(node.account.id, ROOM))
    await node.passes(23 * 3600)
    await node.switchboard.conferences.close_unvisited_now()
    still_open = await node.services.stores.conferences.get(made.id)
    await node.passes(2 * 3600)
    await node.switchboard.conferences.close_unvisited_now()
    closed = await node.services.stores.conferences.get(made.id)

    assert (still_open and still_open.status, closed and closed.status) == (
        ConferenceStatus.INIT,
        ConferenceStatus.COMPLETED,
    )


async def test_a_room_whose_only_callers_gave_up_at_its_door_is_closed_like_one_that_nobody_entered(
    node: FakeNode,
) -> None:
    callers = [await node.is_called(conference(pin="1234")) for _ in range(2)]
    for caller in callers:
        await caller.hears("Please enter the PIN")
    made = await room_id(node)
    for caller in callers:
        caller.hangs_up()
    await node.settles()

    await node.passes(25 * 3600)
    await node.switchboard.conferences.close_unvisited_now()

    closed = await node.services.stores.conferences.get(made)
    assert closed is not None
    assert closed.status is ConferenceStatus.COMPLETED


async def test_what_happens_is_told_to_the_customer(node: FakeNode) -> None:
    events = "start end join leave mute hold modify"
    first = await enters(node, statusCallback=TOLD, statusCallbackEvent=events)
    second = await enters(node)
    order = ParticipantOrder(ParticipantChange(muted=True))
    await node.switchboard.conferences.change_participant(
        node.account.id, await room_id(node), (await node.call(second)).id, order
    )
    second.hangs_up()
    await node.passes(1)
    first.hangs_up()
    await node.settles()

    told = await node.told(TOLD)
    assert [form["StatusCallbackEvent"] for form in told] == [
        "conference-start",
        "participant-join",
        "participant-join",
        "participant-mute",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    assert {form["CallSid"] for form in told if form["StatusCallbackEvent"].startswith("participant-")} == {
        (await node.call(each)).id for each in (first, second)
    }
    numbers = [int(form["SequenceNumber"]) for form in told]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    ("how", "left", "ended"),
    [
        ("hang up", ["participant_hung_up"] * 2, "last-participant-left"),
        ("sent out", ["participant_updated_via_api"] * 2, "last-participant-kicked"),
        ("by REST", ["conference_ended_via_api"] * 2, "conference-ended-via-api"),
        (
            "the one who ends it hangs up",
            ["participant_hung_up", "moderator_ended_conference"],
            "participant-with-end-conference-on-exit-left",
        ),
        (
            "the one who ends it is sent out",
            ["participant_updated_via_api", "moderator_ended_conference"],
            "participant-with-end-conference-on-exit-kicked",
        ),
    ],
)
async def test_the_end_is_told_after_the_last_has_left_with_why_and_by_whom(
    node: FakeNode, how: str, left: list[str], ended: str
) -> None:
    ends = {"endConferenceOnExit": "true"} if "ends it" in how else {}
    first = await enters(node, statusCallback=TOLD, statusCallbackEvent="leave end")
    second = await enters(node, participantLabel="chair", **ends)
    ids = {each: (await node.call(each)).id for each in (first, second)}
    room, conferences = await room_id(node), node.switchboard.conferences

    match how:
        case "hang up":
            first.hangs_up()
            await node.passes(1)
            second.hangs_up()
        case "sent out":
            await conferences.send_out(node.account.id, room, ids[first])
            await node.passes(1)
            await conferences.send_out(node.account.id, room, ids[second])
        case "by REST":
            await conferences.end(node.account.id, room)
        case "the one who ends it hangs up":
            second.hangs_up()
        case _:
            await conferences.send_out(node.account.id, room, ids[second])
    await node.settles()

    *leaving, end = await node.told(TOLD)
    by = {} if how == "by REST" else {"CallSidEndingConference": ids[second]}
    label = {} if how == "by REST" else {"ParticipantLabelEndingConference": "chair"}
    assert [form["StatusCallbackEvent"] for form in leaving] == ["participant-leave"] * 2
    assert [form["ReasonParticipantLeft"] for form in leaving] == left
    assert (end["StatusCallbackEvent"], end["ReasonConferenceEnded"]) == ("conference-end", ended)
    assert {name: value for name, value in end.items() if name.endswith("EndingConference")} == by | label
    assert "CallSid" not in end


async def test_who_begins_and_ends_to_talk_is_noted_and_told(node: FakeNode) -> None:
    first = await enters(node, statusCallback=TOLD, statusCallbackEvent="speaker")
    await node.passes(1)
    first.falls_silent()
    await node.passes(1)
    first.hangs_up()
    await node.settles()

    told = [form["StatusCallbackEvent"] for form in await node.told(TOLD)]
    assert told == ["participant-speech-start", "participant-speech-stop"]


async def test_a_line_that_becomes_bad_is_noted(node: FakeNode) -> None:
    first = await enters(node)

    def line(received: int, lost: int) -> RtpStats:
        return RtpStats("PCMA", received, lost, 0, received, 1.0, 1.0, 40.0, 40.0, 0, 1.0)

    node.around.bridge.lines[first.id] = line(100, 0)
    await node.passes(11)
    node.around.bridge.lines[first.id] = line(400, 200)
    await node.passes(11)

    [noted] = await node.events(first, "line_quality")
    assert noted.facts["packets_lost"] == 200
