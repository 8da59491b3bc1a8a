"""Recordings of whole calls: from when they begin, what they hold, how they stop and sound their tone."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import StoreError, WrongState
from engine.flow.plans import CallRecordingPlan
from engine.ids import IdKind, new_id
from engine.live.orders import RecordingAction, RecordingChange
from engine.model.call_options import AccountOptions
from engine.model.callback import Callback
from engine.model.recording_shape import Channels, Tracks, Trim
from engine.store.recordings import RecordingFilter
from engine.testing.assembly import RecordingOptions
from engine.testing.database import MemoryDatabase
from engine.testing.node import FakeNode, fake_node
from tests.unit.live.recorded_calls import STAYS, TONE, changed, recorded_caller, the_recording
from tests.unit.live.words import NOTICE, QUESTION

TOLD = "https://customer.example/recording"


async def test_a_call_to_a_recorded_number_is_recorded_from_its_first_word_to_its_end(node: FakeNode) -> None:
    caller = await recorded_caller(node)
    await node.passes(20)

    recording = await the_recording(node, caller)

    assert recording.row.source == "call"
    assert recording.seconds_of(caller, channel=0) == pytest.approx(20.5, abs=0.01)
    assert recording.seconds_of_prompts(channel=1) == pytest.approx(0.5, abs=0.01)
    assert recording.seconds_of_prompts(channel=0) == 0.0


async def test_of_a_call_that_we_place_the_far_end_is_on_the_right_channel(node: FakeNode) -> None:
    called = await node.calls("+3225550333", STAYS, record=True, consent="none-needed")
    called.answers()
    await called.hears("Hello.")
    await node.passes(10)

    recording = await the_recording(node, called)

    assert recording.seconds_of(called, channel=1) == pytest.approx(10, abs=0.01)
    assert recording.seconds_of(called, channel=0) == 0.0


@pytest.mark.parametrize("consent", ["none-needed", "announce"])
async def test_a_call_that_is_answered_while_the_database_is_away_is_recorded_once_that_is_back(
    node: FakeNode, database: MemoryDatabase, consent: str
) -> None:
    called = await node.calls("+3225550333", STAYS, record=True, consent=consent)
    database.failure = StoreError("There is no way to the database.")
    called.answers()
    await called.hears("Hello.")
    await node.passes(20)
    database.failure = None
    await node.passes(20)
    kinds = [event.kind for event in await node.events(called)]

    recording = await the_recording(node, called)

    assert 10 < recording.seconds_of(called, channel=1) <= 20
    assert kinds.index("not_recorded") < kinds.index("recording_started")


async def test_a_call_that_rings_is_not_recorded(node: FakeNode) -> None:
    called = await node.calls("+3225550333", STAYS, record=True, consent="none-needed")
    called.rings()
    await node.passes(10)
    called.refuses()
    await node.settles()

    assert await node.recordings() == []


@pytest.mark.parametrize(
    ("track", "caller_s", "prompt_s"), [("inbound", 10.0, 0.0), ("outbound", 0.0, 0.5), ("both", 10.0, 0.5)]
)
@pytest.mark.parametrize("channels", ["mono", "dual"])
async def test_start_records_the_tracks_that_it_names(
    node: FakeNode, track: str, channels: str, caller_s: float, prompt_s: float
) -> None:
    flow = (
        f"<Response><Start><Recording track='{track}' channels='{channels}'/></Start><Say>Hello.</Say>"
        "<Pause length='600'/></Response>"
    )
    caller = await node.is_called(flow, consent="none-needed")
    await caller.hears("Hello.")
    await node.passes(10)

    recording = await the_recording(node, caller)

    assert recording.seconds_of(caller) == pytest.approx(caller_s, abs=0.01)
    assert recording.seconds_of_prompts() == pytest.approx(prompt_s, abs=0.01)
    assert recording.row.channels == (2 if (track, channels) == ("both", "dual") else 1)


async def test_a_recording_goes_on_through_another_flow(node: FakeNode) -> None:
    node.around.customer.documents["https://customer.example/next"] = STAYS
    caller = await node.is_called(
        "<Response><Start><Recording/></Start><Pause length='5'/><Redirect>/next</Redirect></Response>",
        consent="none-needed",
    )
    await caller.hears("Hello.")
    await node.passes(5)

    recording = await the_recording(node, caller)

    assert recording.row.seconds == pytest.approx(10, abs=0.01)


async def test_a_stopped_recording_ends_and_the_call_goes_on(node: FakeNode) -> None:
    caller = await recorded_caller(node)
    await node.passes(5)

    await node.change(caller, recording=changed(RecordingAction.STOP))
    await node.passes(5)
    assert not caller.is_over
    recording = await the_recording(node, caller)

    assert recording.row.seconds == pytest.approx(5.5, abs=0.1)


@pytest.mark.parametrize("action", [RecordingAction.STOP, RecordingAction.PAUSE, RecordingAction.RESUME])
async def test_what_is_not_recorded_cannot_be_changed(node: FakeNode, action: RecordingAction) -> None:
    caller = await node.is_called(STAYS)
    await caller.hears("Hello.")

    with pytest.raises(WrongState, match="not being recorded"):
        await node.change(caller, recording=changed(action))


async def test_a_recording_begun_over_the_interface_asks_for_consent_too(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, consent="announce")
    await caller.hears("Hello.")

    await node.change(caller, recording=changed(RecordingAction.START))
    await caller.hears(NOTICE)
    await caller.until(lambda: NOTICE not in caller.hears_now, "hears it to its end")
    await node.passes(5)
    recording = await the_recording(node, caller)

    assert recording.row.source == "rest"
    assert recording.seconds_of(caller) == pytest.approx(5, abs=0.1)


async def test_a_recording_has_the_identifier_that_was_told_before_anybody_consented(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, consent="announce")
    await caller.hears("Hello.")
    told = new_id(IdKind.RECORDING)

    await node.change(caller, recording=replace(changed(RecordingAction.START), recording_id=told))
    assert await node.recordings() == [], "nothing is recorded before consent"
    await caller.hears(NOTICE)
    await caller.until(lambda: NOTICE not in caller.hears_now, "hears it to its end")
    await node.passes(5)

    assert (await the_recording(node, caller)).row.id == told


async def test_who_began_a_recording_by_rest_is_told_by_its_identifier_that_there_is_none(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, consent="press-to-consent")
    await caller.hears("Hello.")
    told = new_id(IdKind.RECORDING)
    plan = CallRecordingPlan(callback=Callback(TOLD, events=("absent", "completed")))

    await node.change(caller, recording=RecordingChange(RecordingAction.START, plan, recording_id=told))
    await caller.hears(QUESTION)
    caller.presses("2")
    await node.passes(30)

    [form] = await node.told(TOLD)
    assert (form["RecordingStatus"], form["RecordingSid"], "RecordingUrl" in form) == ("absent", told, False)
    assert await node.recordings() == []


async def test_of_several_recordings_the_one_that_is_named_is_stopped(node: FakeNode) -> None:
    caller = await recorded_caller(node)
    second = replace(changed(RecordingAction.START), recording_id=new_id(IdKind.RECORDING))
    await node.change(caller, recording=second)
    await node.passes(5)
    first = next(each.row.id for each in await node.recordings() if each.row.id != second.recording_id)

    await node.change(caller, recording=replace(changed(RecordingAction.STOP), recording_id=first))
    with pytest.raises(WrongState, match=first):
        await node.change(caller, recording=replace(changed(RecordingAction.PAUSE), recording_id=first))
    await node.passes(5)
    caller.hangs_up()
    await node.settles()

    lasted = {each.row.id: each.row.seconds for each in await node.recordings()}
    assert lasted == {first: pytest.approx(5.5, abs=0.2), second.recording_id: pytest.approx(10, abs=0.2)}


async def test_a_call_that_still_rings_cannot_be_recorded(node: FakeNode) -> None:
    called = await node.calls("+3225550333", STAYS)
    called.rings()

    with pytest.raises(WrongState, match="ringing"):
        await node.change(called, recording=changed(RecordingAction.START))


@pytest.mark.parametrize(("every_s", "stays_s", "tones"), [(10, 35, 3), (15, 46, 3), (0, 40, 0), (None, 40, 0)])
async def test_the_warning_tone_is_heard_at_its_interval_and_is_in_the_recording(
    node: FakeNode, every_s: int | None, stays_s: int, tones: int
) -> None:
    caller = await recorded_caller(node, beep_s=every_s)
    await node.passes(stays_s)

    recording = await the_recording(node, caller)

    assert caller.heard.count(TONE) == tones
    assert recording.seconds_of_prompts() == pytest.approx(0.5 + 0.5 * tones, abs=0.01)


async def test_the_accounts_interval_is_taken_where_the_number_has_none(node: FakeNode) -> None:
    await node.accounts.choose(node.account.id, AccountOptions(recording_beep_s=10))
    caller = await recorded_caller(node)
    await node.passes(25)

    assert caller.heard.count(TONE) == 2


async def test_a_warning_tone_that_cannot_be_played_is_noted_and_harms_nothing(node: FakeNode) -> None:
    node.around.bridge.unplayable.add(TONE)
    caller = await recorded_caller(node, beep_s=10)
    await node.passes(25)
    recording = await the_recording(node, caller)

    assert recording.row.status == "completed"
    assert len(await node.events(caller, "beep_failed")) == 2


async def test_a_finished_recording_is_deleted_with_its_file_and_its_row_stays(node: FakeNode) -> None:
    recording = await the_recording(node, await recorded_caller(node))

    await node.switchboard.delete_recording(node.account.id, recording.row.id)

    [deleted], _ = await node.services.stores.recordings.find(RecordingFilter(node.account.id))
    assert deleted.status == "deleted"
    assert deleted.seconds == recording.row.seconds
    assert not Path(recording.row.path).exists()


async def test_a_recording_under_way_cannot_be_deleted(node: FakeNode) -> None:
    await recorded_caller(node)
    [running], _ = await node.services.stores.recordings.find(RecordingFilter(node.account.id))

    with pytest.raises(WrongState, match="still being recorded"):
        await node.switchboard.delete_recording(node.account.id, running.id)


async def test_a_sealed_recording_holds_the_same_sound(database: MemoryDatabase, tmp_path: Path) -> None:
    async with fake_node(database, tmp_path, RecordingOptions(sealed=True)) as node:
        caller = await recorded_caller(node)
        await node.passes(10)
        recording = await the_recording(node, caller)

    assert recording.row.wrapped_key is not None
    assert recording.seconds_of(caller) == pytest.approx(10.5, abs=0.01)


async def test_two_recordings_of_one_call_hold_each_their_own_part(node: FakeNode) -> None:
    caller = await recorded_caller(node)
    await node.passes(10)
    await node.change(caller, recording=changed(RecordingAction.START))
    await node.passes(10)
    caller.hangs_up()
    await node.settles()

    assert sorted(round(each.seconds_of(caller)) for each in await node.recordings()) == [10, 20]


async def test_an_order_says_how_its_call_is_recorded_and_who_is_told(node: FakeNode) -> None:
    called = await node.calls(
        "+3225550333", STAYS, record=True, consent="none-needed", recording_channels=Channels.MONO,
        recording_track=Tracks.INBOUND, recording_status_callback=TOLD,
        recording_status_callback_events=("in-progress", "completed"),
    )  # fmt: skip
    called.answers()
    await called.hears("Hello.")
    await node.passes(10)

    recording = await the_recording(node, called)

    assert recording.row.channels == 1
    assert recording.seconds_of(called) == pytest.approx(10, abs=0.1)
    assert recording.seconds_of_prompts() == 0.0
    assert [form["RecordingStatus"] for form in await node.told(TOLD)] == ["in-progress", "completed"]


async def test_who_is_told_of_a_recording_without_naming_events_is_told_of_its_end(node: FakeNode) -> None:
    called = await node.calls(
        "+3225550333", STAYS, record=True, consent="none-needed", recording_trim=Trim.SILENCE,
        recording_status_callback=TOLD,
    )  # fmt: skip
    called.answers()
    await called.hears("Hello.")

    recording = await the_recording(node, called)

    assert recording.row.trim
    assert [form["RecordingStatus"] for form in await node.told(TOLD)] == ["completed"]
