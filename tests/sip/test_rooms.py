"""Rooms: who is in one hears all others and not itself, as its attendance says, and as wide as its line."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from engine.ports import Attendance, Ear, Heard, LegId, MediaChanged, MixedRoom, Said, Source
from engine.recordings.files.wav_recording import WavRecording
from tests.peers.audio import Sound, hears, tone
from tests.peers.ear import RtpEar
from tests.peers.phone import phone
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.scenario import acks, calls, gets_bye, receives, scenario, sdp
from tests.peers.sipp import sipp
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.guests import Guest, guests, hear, talk
from tests.sip.passing import holds
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip


async def seat(room: MixedRoom, seated: Sequence[Guest], **attendance: object) -> None:
    for guest in seated:
        await room.place(guest.leg, Attendance(**attendance))  # type: ignore[arg-type]


async def test_each_hears_all_others_and_not_itself_and_who_is_removed_is_out(line: Line, ports: Ports) -> None:
    async with guests(line, ports, 4) as (first, second, third, fourth):
        everybody = [first, second, third, fourth]
        room = await line.agent.bridge.open_room()
        await seat(room, everybody)

        await hear(everybody, [[each for each in everybody if each is not guest] for guest in everybody])

        await talk(room, everybody)
        await room.remove(fourth.leg)
        await asyncio.sleep(0.5)
        await hear(everybody, [[second, third], [first, third], [first, second], []])
        await room.close()
        await asyncio.sleep(0.5)
        assert await first.hears_of(everybody) == set()


async def test_muted_deaf_and_held_legs_take_part_as_far_as_they_may(line: Line, ports: Ports) -> None:
    bridge = line.agent.bridge
    async with guests(line, ports, 4) as (plain, muted, deaf, held):
        everybody = [plain, muted, deaf, held]
        room = await bridge.open_room()
        await seat(room, everybody)
        await room.place(muted.leg, Attendance(speaks=False))
        await room.place(deaf.leg, Attendance(hears=False))
        await bridge.hold(held.leg, held=True)
        await asyncio.sleep(1)

        await hear(everybody, [[deaf], [plain, deaf], [], []])

        await bridge.hold(held.leg, held=False)
        await bridge.mute(plain.leg, muted=True)
        await asyncio.sleep(0.5)
        await hear(everybody, [[deaf, held], [deaf, held], [], [deaf]])


async def test_a_coach_is_heard_by_the_coached_alone_and_hears_everybody(line: Line, ports: Ports) -> None:
    async with guests(line, ports, 3) as (customer, agent, coach):
        everybody = [customer, agent, coach]
        room = await line.agent.bridge.open_room()
        await seat(room, everybody)
        await room.place(coach.leg, Attendance(coaches=agent.leg))
        await asyncio.sleep(1)

        await hear(everybody, [[agent], [customer, coach], [customer, agent]])


async def test_gains_change_how_loud_one_is_to_others_and_others_are_to_it(line: Line, ports: Ports) -> None:
    async with guests(line, ports, 2) as (first, second):
        room = await line.agent.bridge.open_room()
        await seat(room, [first, second])
        before = await first.ear.level_of(second.hz)

        await room.place(second.leg, Attendance(said_gain=0.5))
        softer = await first.ear.level_of(second.hz)
        await room.place(first.leg, Attendance(heard_gain=4.0))
        louder = await first.ear.level_of(second.hz)

        assert before == pytest.approx(-24, abs=1)
        assert softer - before == pytest.approx(-6, abs=0.5)
        assert louder - before == pytest.approx(6, abs=0.5)


async def test_what_is_played_to_everyone_or_to_one_is_heard_beside_the_voices(
    line: Line, ports: Ports, tmp_path: Path
) -> None:
    bridge = line.agent.bridge
    to_all = tone(2000, 8, dbov=-24, rate_hz=8000).save(tmp_path / "all.wav")
    to_one = tone(2500, 8, dbov=-24, rate_hz=8000).save(tmp_path / "one.wav")
    async with guests(line, ports, 2) as (first, second):
        room = await bridge.open_room()
        await seat(room, [first, second])

        await bridge.play(to_all, to=[room.sink])
        await bridge.play(to_one, to=[Ear(first.leg)])

        for guest, other in ((first, second), (second, first)):
            await guest.ear.hears(2000, within_s=4, seconds=1)
            await guest.ear.hears(other.hz, within_s=5, seconds=1)
        await first.ear.hears(2500, within_s=4, seconds=1)
        assert not hears(second.ear.heard(), 2500)


async def test_the_mix_each_voice_and_what_one_hears_can_be_recorded(line: Line, ports: Ports, tmp_path: Path) -> None:
    bridge = line.agent.bridge
    async with guests(line, ports, 3) as (first, second, third):
        room = await bridge.open_room()
        tracks: list[list[Source]] = [[room.source], [Said(first.leg)], [Heard(first.leg)]]
        recorder = await WavRecording.begin(bridge, tmp_path / "room.wav", tracks)
        await seat(room, [first, second, third])
        for number, voices in enumerate(([first, second, third], [first], [second, third])):
            for guest in voices:
                await holds(tmp_path / "room.wav", guest.hz, seconds=1, channel=number)
        recorded = await recorder.stop()

    heard = [
        {
            guest.hz
            for guest in (first, second, third)
            if hears(Sound.of_file(recorded.path, number), guest.hz, seconds=1)
        }
        for number in range(3)
    ]
    assert heard == [{first.hz, second.hz, third.hz}, {first.hz}, {second.hz, third.hz}]


async def test_a_seat_is_kept_through_a_re_invite(line: Line, ports: Ports) -> None:
    """The stream, and so the leg's port at the bridge, is made anew."""
    async with AsyncExitStack() as stack:
        room = await line.agent.bridge.open_room()
        (steady,) = await stack.enter_async_context(guests(line, ports, 1))
        ear, moved = stack.enter_context(RtpEar()), stack.enter_context(RtpEar())
        caller = await stack.enter_async_context(raw_caller(line.port))
        call = await in_a_call(line, caller, audio(ear.port))
        leg = call.leg
        await call.sees(MediaChanged)
        ear.follow((await caller.answer("INVITE")).sdp)
        await room.place(steady.leg, Attendance())
        await room.place(leg.id, Attendance())
        await ear.hears(steady.hz, within_s=5)
        ear.fall_silent()  # media goes where packets come from, whatever a description says

        again = await caller.asks("INVITE", body=audio(moved.port).replace("o=- 1 1", "o=- 1 2"))
        await call.sees(MediaChanged, times=2)
        moved.follow(again.sdp)
        moved.say(tone(2200, 2), for_ever=True)

        await moved.hears(steady.hz, within_s=5, seconds=0.6)
        await steady.ear.hears(2200, within_s=5, seconds=0.6)
        await caller.asks("BYE")
        await call.ends()


async def test_a_room_is_as_wide_as_its_widest_line_and_narrow_ones_hear_what_they_can(
    open_line: OpenLine, ports: Ports, tmp_path: Path
) -> None:
    voice = tone([900, 6000], 60, rate_hz=16000).save(tmp_path / "voice.wav")
    kept = tmp_path / "kept.wav"
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(open_line(codecs=["G722", "PCMA"]))
        (narrow,) = await stack.enter_async_context(guests(line, ports, 1))
        room = await line.agent.bridge.open_room()
        await room.place(narrow.leg, Attendance())
        assert await room.rate_hz() == 8000
        target = f"sip:+3225550199@127.0.0.1:{line.port}"
        wide = []
        for options in (["--play", str(voice)], ["--record", str(kept)]):
            await stack.enter_async_context(phone("--dial", target, *options))
            leg, _ = await line.takes()
            wide.append(Watch(leg).start())
            await leg.answer()
            assert (await wide[-1].sees(MediaChanged)).codec == "G722"
            await room.place(leg.id, Attendance())

        await narrow.ear.hears(900, within_s=5, seconds=1)
        for hz in (900, 6000, narrow.hz):
            await holds(kept, hz, seconds=1)

        assert await room.rate_hz() == 16000
        assert not hears(narrow.ear.heard(), 2000)  # where 6 kHz would fold to
        for call in wide:
            await call.leg.hang_up()
            await call.ends()
    heard = Sound.of_file(kept)
    assert hears(heard, 900, seconds=1)
    assert hears(heard, 6000, seconds=1)
    assert hears(heard, narrow.hz, seconds=1)


@pytest.mark.parametrize("ms", [10, 30, 60, 120])
async def test_lines_of_other_packet_lengths_take_part(line: Line, ports: Ports, ms: int) -> None:
    async with AsyncExitStack() as stack:
        (steady,) = await stack.enter_async_context(guests(line, ports, 1))
        ear = stack.enter_context(RtpEar())
        script = scenario(
            calls(f"{sdp()}\na=ptime:{ms}"), receives(100, optional=True), receives(200, keeps_route=True), acks(),
            gets_bye(),
        )  # fmt: skip
        far_end = await stack.enter_async_context(sipp(script, ports, target=line.port, keys={"ear": ear.port}))
        leg, _ = await line.takes()
        call = Watch(leg).start()
        await leg.answer()
        await call.sees(MediaChanged)
        ear.follow((await far_end.gets("200 INVITE")).sdp)
        ear.say(tone(2200, 2, dbov=-24), for_ever=True)
        room = await line.agent.bridge.open_room()

        await room.place(steady.leg, Attendance())
        await room.place(leg.id, Attendance())

        await ear.hears(steady.hz, within_s=5, seconds=1)
        await steady.ear.hears(2200, within_s=5, seconds=1)
        await leg.hang_up()
        await call.ends()


async def test_who_leaves_a_call_in_a_room_harms_nobody(line: Line, ports: Ports) -> None:
    room = await line.agent.bridge.open_room()
    async with guests(line, ports, 2) as (first, second):
        await seat(room, [first, second])
        for _ in range(10):
            async with guests(line, ports, 1) as (passing,):
                await room.place(passing.leg, Attendance())
        await room.remove(LegId(4711))
        await room.place(LegId(4711), Attendance())

        assert await first.hears_of([first, second], wanted=[second]) == {second.hz}
    await room.close()
