"""Recordings of conferences: whoever is in them has agreed, and whoever has not is silent."""

import pytest

from engine.errors import WrongState
from engine.live.orders import ConferenceChange, RecordingAction
from engine.model.recording_marks import PauseBehavior
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.conferences import conference, enters, room_id
from tests.unit.live.words import NOTICE, QUESTION, REFUSED, THANKS

RECORDED = {"record": "record-from-start", "beep": "false"}


async def change(node: FakeNode, action: RecordingAction, how: PauseBehavior | None = None) -> None:
    """Change the recording of the room that is open."""
    wanted = ConferenceChange(recording=action, pause_behavior=how)
    await node.switchboard.conferences.change(node.account.id, await room_id(node), wanted)


async def only_the_first_is_recorded(node: FakeNode, first: FarEnd, second: FarEnd) -> None:
    """Both talk for a while and hang up, and of the second there is nothing."""
    await first.talks_with(second)
    await node.passes(20)
    first.hangs_up()
    second.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.seconds_of(first) > 20
    assert recording.seconds_of(second) == 0.0


async def test_all_are_recorded_in_one_mix_from_when_they_come(node: FakeNode) -> None:
    first = await enters(node, consent="none-needed", **RECORDED)
    await node.passes(9.5)
    second = await enters(node, consent="none-needed", **RECORDED)
    await node.passes(9.5)
    first.hangs_up()
    second.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.row.source == "conference"
    assert recording.seconds_of(first) == pytest.approx(20, abs=0.3)
    assert recording.seconds_of(second) == pytest.approx(10, abs=0.3)


async def test_each_is_asked_at_the_door_before_being_heard(node: FakeNode) -> None:
    first = await enters(node, consent="none-needed", **RECORDED)
    second = await node.is_called(conference(**RECORDED), consent="press-to-consent")
    await second.hears(QUESTION)
    await node.passes(1)
    assert not first.can_hear(second)

    second.presses("1")
    await second.hears(THANKS)
    await first.talks_with(second)


@pytest.mark.parametrize("crossing_s", [0.0, 0.05])
async def test_who_refuses_comes_in_and_is_in_no_recording(node: FakeNode, crossing_s: float) -> None:
    node.around.bridge.crossing_s = crossing_s
    first = await enters(node, consent="none-needed", **RECORDED)
    second = await node.is_called(conference(**RECORDED), consent="press-to-consent")
    await second.hears(QUESTION)
    second.presses("2")
    await second.hears(REFUSED)
    await only_the_first_is_recorded(node, first, second)


async def test_who_hangs_up_at_the_question_was_never_in_it(node: FakeNode) -> None:
    first = await enters(node, consent="none-needed", **RECORDED)
    second = await node.is_called(conference(**RECORDED), consent="press-to-consent")
    await second.hears(QUESTION)
    second.hangs_up()
    await node.passes(5)
    first.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.seconds_of(second) == 0.0


async def test_a_stricter_newcomer_has_the_others_asked_too(node: FakeNode) -> None:
    first = await enters(node, consent="announce", **RECORDED)
    await first.hears(NOTICE)
    await node.passes(10)

    second = await node.is_called(conference(**RECORDED), consent="both-parties")
    await second.hears(QUESTION)

    await first.hears(QUESTION)


async def test_who_withdraws_is_silent_from_then_on(node: FakeNode) -> None:
    first = await enters(node, consent="announce", **RECORDED)
    second = await enters(node, consent="announce", **RECORDED)
    await first.talks_with(second)
    await node.passes(10)
    second.presses("*0")
    await node.passes(20)
    first.hangs_up()
    second.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.seconds_of(second) == pytest.approx(10, abs=0.3)
    assert recording.seconds_of(first) > 30


@pytest.mark.parametrize("muted", ["true", "false"])
async def test_who_is_muted_in_the_room_is_silent_in_its_recording(node: FakeNode, muted: str) -> None:
    first = await enters(node, consent="none-needed", **RECORDED)
    second = await enters(node, consent="none-needed", muted=muted, **RECORDED)
    await node.passes(10)
    first.hangs_up()
    second.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert (recording.seconds_of(second) > 0) is (muted == "false")


async def test_each_participant_has_a_track_aligned_with_the_mix_where_that_was_chosen(node: FakeNode) -> None:
    attributes = {**RECORDED, "recordedTracks": "participants"}
    first = await enters(node, consent="none-needed", **attributes)
    await node.passes(9.5)
    second = await enters(node, consent="none-needed", **attributes)
    await node.passes(9.5)
    second.hangs_up()
    await node.passes(5)
    first.hangs_up()
    await node.settles()

    recordings = await node.recordings()
    [late] = [
        each for each in recordings if each.row.call_id and each.seconds_of(second) and not each.seconds_of(first)
    ]
    assert len(recordings) == 3
    assert late.row.lead_s == pytest.approx(10, abs=0.3)
    assert late.row.seconds == pytest.approx(20, abs=0.3)


@pytest.mark.parametrize(("how", "held_s"), [(PauseBehavior.SILENCE, 30), (PauseBehavior.SKIP, 20)])
async def test_a_rooms_recording_pauses(node: FakeNode, how: PauseBehavior, held_s: int) -> None:
    first = await enters(node, consent="none-needed", **RECORDED)
    await node.passes(9.5)
    await change(node, RecordingAction.PAUSE, how)
    await node.passes(10)
    await change(node, RecordingAction.RESUME)
    await node.passes(10)
    first.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.seconds_of(first) == pytest.approx(20, abs=0.3)
    assert recording.row.seconds == pytest.approx(held_s, abs=0.3)


async def test_a_stopped_recording_is_over_and_the_conference_goes_on(node: FakeNode) -> None:
    first = await enters(node, consent="none-needed", **RECORDED)
    await node.passes(9.5)
    await change(node, RecordingAction.STOP)
    await node.passes(10)

    [recording] = await node.recordings()
    assert recording.row.status == "completed"
    assert not first.is_over


async def test_a_recording_begun_meanwhile_asks_all_who_are_there(node: FakeNode) -> None:
    first = await enters(node, consent="press-to-consent", beep="false")
    second = await enters(node, consent="press-to-consent", beep="false")
    await change(node, RecordingAction.START)
    for each in (first, second):
        await each.hears(QUESTION)
        each.presses("1")
        await each.hears(THANKS)
    await node.passes(10)
    first.hangs_up()
    second.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.seconds_of(first) == recording.seconds_of(second) > 5


@pytest.mark.parametrize("action", [RecordingAction.PAUSE, RecordingAction.RESUME, RecordingAction.STOP])
async def test_what_is_not_recorded_cannot_be_changed(node: FakeNode, action: RecordingAction) -> None:
    await enters(node)

    with pytest.raises(WrongState, match="not being recorded"):
        await change(node, action)


async def test_the_warning_tone_is_heard_by_all_and_is_once_in_the_mix(node: FakeNode) -> None:
    attributes = {**RECORDED, "recordingBeep": "10"}
    first = await enters(node, consent="none-needed", **attributes)
    second = await enters(node, consent="none-needed", **attributes)
    await node.passes(15)
    first.hangs_up()
    second.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert (first.heard.count("recording tone"), second.heard.count("recording tone")) == (1, 1)
    assert recording.seconds_of_prompts() == pytest.approx(0.5, abs=0.01)


async def test_a_callers_own_recording_holds_nothing_of_others_who_have_not_agreed(node: FakeNode) -> None:
    flow = f"<Response><Start><Recording/></Start>{conference(beep='false')[10:]}"
    first = await node.is_called(flow, consent="none-needed")
    await node.passes(1)
    second = await enters(node, consent="press-to-consent", beep="false")
    await only_the_first_is_recorded(node, first, second)
