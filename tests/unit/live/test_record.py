"""Record: what ends it, what it holds, and what the customer is told."""

import pytest

from engine.errors import RecordingError
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.words import BEEP, DONE, element

TOLD = "https://customer.example/recordings"


def record(**attributes: str) -> str:
    """A flow that records and tells DONE of it."""
    recording = element("Record", **{"action": DONE, "timeout": "0", **attributes})
    return f"<Response>{recording}<Say>Not recorded.</Say></Response>"


async def speaking(node: FakeNode, **attributes: str) -> FarEnd:
    """A caller who is being recorded from this moment on, asked for nothing."""
    caller = await node.is_called(record(playBeep="false", **attributes), consent="none-needed")
    await caller.is_answered()
    return caller


@pytest.mark.parametrize(
    ("finish_on", "keys", "ends_it"),
    [
        (None, "1", "1"),
        (None, "#", "#"),
        ("#", "123#", "#"),
        ("59", "12345", "5"),
        ("#", "123", None),
        ("", "1#*", None),
    ],
)
async def test_only_the_keys_that_were_named_end_it(
    node: FakeNode, finish_on: str | None, keys: str, ends_it: str | None
) -> None:
    caller = await speaking(node, **({} if finish_on is None else {"finishOnKey": finish_on}))
    await node.passes(5)

    caller.presses(keys)
    await node.passes(0.5)

    told = [params["Digits"] for params in node.around.customer.was_asked(DONE)]
    assert told == ([] if ends_it is None else [ends_it])


@pytest.mark.parametrize("longest_s", [1, 5, 30])
async def test_it_ends_at_its_longest(node: FakeNode, longest_s: int) -> None:
    caller = await speaking(node, maxLength=str(longest_s))
    await caller.hears("Goodbye.")

    [recording] = await node.recordings()
    [params] = node.around.customer.was_asked(DONE)
    assert recording.row.seconds == pytest.approx(longest_s, abs=0.01)
    assert (params["RecordingDuration"], params["Digits"]) == (str(longest_s), "")


@pytest.mark.parametrize("timeout_s", [2, 5])
async def test_silence_ends_it(node: FakeNode, timeout_s: int) -> None:
    caller = await speaking(node, timeout=str(timeout_s))
    await node.passes(10)

    caller.falls_silent()
    await caller.hears("Goodbye.")

    [recording] = await node.recordings()
    assert recording.row.seconds == pytest.approx(10 + timeout_s, abs=0.5)
    assert recording.seconds_of(caller) == pytest.approx(10, abs=0.01)


async def test_who_talks_again_in_time_is_recorded_on(node: FakeNode) -> None:
    caller = await speaking(node, timeout="5")
    for _ in range(4):
        caller.falls_silent()
        await node.passes(4)
        caller.talks()
        await node.passes(1)

    assert node.around.customer.was_asked(DONE) == []


async def test_without_a_timeout_silence_ends_nothing(node: FakeNode) -> None:
    caller = await speaking(node)
    caller.falls_silent()
    await node.passes(300)

    assert node.around.customer.was_asked(DONE) == []


async def test_a_caller_who_hangs_up_leaves_what_was_said_and_the_action_is_still_told(node: FakeNode) -> None:
    caller = await speaking(node)
    await node.passes(7)
    caller.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    [params] = node.around.customer.was_asked(DONE)
    assert recording.row.status == "completed"
    assert recording.seconds_of(caller) == pytest.approx(7, abs=0.01)
    assert (params["Digits"], params["RecordingSid"]) == ("hangup", recording.row.id)


@pytest.mark.parametrize(("play_beep", "heard"), [("true", [BEEP]), ("false", [])])
async def test_a_beep_is_heard_before_and_is_not_in_it(node: FakeNode, play_beep: str, heard: list[str]) -> None:
    caller = await node.is_called(record(playBeep=play_beep, maxLength="3"), consent="none-needed")
    await caller.hears("Goodbye.")

    assert caller.heard[:-1] == heard
    [recording] = await node.recordings()
    assert recording.seconds_of_prompts() == 0.0


async def test_a_beep_that_cannot_be_played_keeps_nothing_from_being_recorded(node: FakeNode) -> None:
    node.around.bridge.unplayable.add(BEEP)
    caller = await node.is_called(record(maxLength="3"), consent="none-needed")
    await caller.hears("Goodbye.")

    [recording] = await node.recordings()
    assert recording.seconds_of(caller) == pytest.approx(3, abs=0.01)
    await node.settles()
    assert len(await node.events(caller, "beep_failed")) == 1


async def test_a_key_pressed_before_the_beep_does_not_end_it(node: FakeNode) -> None:
    caller = await node.is_called(
        f"<Response><Say>Leave a message.</Say><Record action='{DONE}' timeout='0'/></Response>", consent="none-needed"
    )
    await caller.hears("Leave a message.")
    caller.presses("#")
    await caller.hears(BEEP)
    await node.passes(10)

    assert node.around.customer.was_asked(DONE) == []


async def test_trimming_cuts_silence_off_at_both_ends(node: FakeNode) -> None:
    caller = await speaking(node, trim="trim-silence")
    caller.falls_silent()
    await node.passes(4)
    caller.talks()
    await node.passes(6)
    caller.falls_silent()
    await node.passes(3)
    caller.presses("#")
    await caller.hears("Goodbye.")

    [recording] = await node.recordings()
    assert recording.row.seconds == pytest.approx(6.4, abs=0.05)
    assert recording.seconds_of(caller) == pytest.approx(6, abs=0.05)


@pytest.mark.parametrize("track", ["inbound", "outbound", "both"])
@pytest.mark.parametrize("channels", ["mono", "dual"])
async def test_tracks_and_channels_are_those_that_were_asked_for(node: FakeNode, track: str, channels: str) -> None:
    caller = await speaking(node, recordingTrack=track, recordingChannels=channels, maxLength="4")
    await caller.hears("Goodbye.")

    [recording] = await node.recordings()
    assert recording.row.channels == (2 if (track, channels) == ("both", "dual") else 1)
    assert (recording.seconds_of(caller) > 0) is (track != "outbound")


async def test_a_muted_caller_is_silent_in_it(node: FakeNode) -> None:
    caller = await speaking(node)
    await node.passes(3)
    await node.change(caller, mute=True)
    await node.passes(4)
    await node.change(caller, mute=False)
    await node.passes(2)
    caller.presses("#")
    await caller.hears("Goodbye.")

    [recording] = await node.recordings()
    assert recording.row.seconds == pytest.approx(9, abs=0.2)
    assert recording.seconds_of(caller) == pytest.approx(5, abs=0.2)


async def test_the_callback_tells_of_the_events_that_were_asked_for(node: FakeNode) -> None:
    caller = await speaking(
        node, recordingStatusCallback=TOLD, recordingStatusCallbackEvent="in-progress completed", maxLength="3"
    )
    await caller.hears("Goodbye.")
    await node.settles()

    told = await node.told(TOLD)
    assert [form["RecordingStatus"] for form in told] == ["in-progress", "completed"]
    assert told[-1]["RecordingDuration"] == "3"


async def test_the_callback_is_told_where_there_is_nothing_to_record(node: FakeNode) -> None:
    flow = record(recordingStatusCallback=TOLD, recordingStatusCallbackEvent="absent completed")
    caller = await node.is_called(flow, consent="press-to-consent")
    caller.presses("2")
    await caller.hears("Not recorded.")
    await node.settles()

    assert [form["RecordingStatus"] for form in await node.told(TOLD)] == ["absent"]


async def test_where_nothing_can_be_recorded_the_flow_goes_on_with_the_next_verb(node: FakeNode) -> None:
    node.around.bridge.unrecordable = RecordingError("No memory.")
    caller = await node.is_called(record(), consent="none-needed")

    await caller.hears("Not recorded.")
    await node.settles()

    [recording] = await node.recordings()
    assert (recording.row.status, recording.row.error) == ("failed", "No memory.")
    assert [event.facts["reason"] for event in await node.events(caller, "not_recorded")] == ["No memory."]


async def test_a_database_that_fails_at_its_beginning_records_nothing(node: FakeNode) -> None:
    caller = await node.is_called(f"<Response><Say>Speak.</Say>{record()[10:]}", consent="none-needed")
    await caller.hears("Speak.")

    with node.database_failing():
        await caller.hears("Not recorded.")

    assert await node.recordings() == []


async def test_a_database_that_fails_at_its_end_has_it_later(node: FakeNode) -> None:
    caller = await speaking(node)
    await node.passes(5)

    with node.database_failing():
        caller.presses("#")
        await node.passes(8)
    caller.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.row.status == "completed"
    assert recording.seconds_of(caller) == pytest.approx(5, abs=0.01)


async def test_a_recorder_that_fails_ends_the_recording_and_not_the_call(node: FakeNode) -> None:
    caller = await speaking(node)
    await node.passes(3)

    node.around.bridge.recorders[0].fails = RecordingError("The memory is gone.")
    await node.passes(5)
    assert not caller.is_over
    caller.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert (recording.row.status, recording.row.error) == ("failed", "The memory is gone.")
    assert recording.seconds_of(caller) == pytest.approx(3, abs=0.6)


async def test_masked_keys_and_what_is_said_meanwhile_are_silent_in_the_recording(node: FakeNode) -> None:
    flow = (
        "<Response><Start><Recording/></Start><Say>Hello.</Say>"
        f"<Gather mask='true' numDigits='4' timeout='20' action='{DONE}'><Say>Your PIN, please.</Say></Gather>"
        "</Response>"
    )
    caller = await node.is_called(flow, consent="none-needed")
    await caller.hears("Your PIN")
    await node.passes(10)
    caller.presses("1234")
    await caller.hears("Goodbye.")
    await caller.is_hung_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.row.seconds is not None
    assert recording.seconds_of(caller) == pytest.approx(recording.row.seconds - 10, abs=0.1)
    assert [event.facts["digit"] for event in await node.events(caller, "digit")] == ["•"] * 4
