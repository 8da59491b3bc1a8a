"""The SIP thread's half of rooms: who sits in which, and how they take part. Every method runs on the SIP thread."""

from dataclasses import dataclass

import pjsua2 as pj

from engine.ports import Attendance, LegId, RoomId, RoomSound, RtpStats
from sip.media.rtp_stats import line_figures


@dataclass(slots=True)
class _Place:
    room: RoomId
    seat: int
    attendance: Attendance


class ConferenceSeats:
    """Rooms of the bridge and the legs in them. Every method runs on the SIP thread."""

    def __init__(self) -> None:
        self._audio: dict[LegId, pj.LegAudio] = {}
        self._rooms: dict[RoomId, pj.Room] = {}
        self._places: dict[LegId, _Place] = {}
        self._sent: dict[LegId, pj.SentToLeg] = {}

    def wrap(self, leg: LegId, stream: pj.OnStreamCreatedParam, call_with_keys: int | None = None) -> None:
        """Stand between a leg's new stream and the bridge, so that a room can take its frames."""
        audio = self._audio.setdefault(leg, pj.LegAudio())
        if call_with_keys is not None:
            audio.listen_for_keys(call_with_keys)
        audio.wrap(stream)

    def sound_keys(self, leg: LegId, keys: str) -> None:
        """Send the leg's far end keys as tones; nothing happens while it has no media."""
        if audio := self._audio.get(leg):
            audio.sound_keys(keys)

    def unwrap(self, leg: LegId) -> None:
        if audio := self._audio.get(leg):
            audio.unwrap()

    def pass_to(self, speaker: LegId, listener: LegId) -> bool:
        """Have what one leg says sent to another packet by packet; False where their lines differ."""
        said, heard = self._audio.get(speaker), self._audio.get(listener)
        return said is not None and heard is not None and bool(said.pass_to(heard))

    def pass_to_nobody(self, speaker: LegId) -> None:
        if audio := self._audio.get(speaker):
            audio.pass_to_nobody()

    def rate_hz(self, leg: LegId) -> int:
        """The rate of what a leg says; 0 while it has no media."""
        audio = self._audio.get(leg)
        return int(audio.rate()) if audio is not None else 0

    def hear_up_to(self, leg: LegId, rate_hz: int) -> None:
        """Have a leg sent nothing wider than sound at this rate; a room sends all that it has."""
        if audio := self._audio.get(leg):
            audio.hear_up_to(rate_hz)

    def figures(self, leg: LegId) -> RtpStats | None:
        audio = self._audio.get(leg)
        return line_figures(audio.figures()) if audio is not None else None

    def life(self, leg: LegId) -> int | None:
        """Changes with each packet from the far end; None while the leg has no media."""
        audio = self._audio.get(leg)
        count = int(audio.life()) if audio is not None else -1
        return count if count >= 0 else None

    def strange_packets(self, leg: LegId) -> int:
        """How many packets have come that were not its far end's."""
        audio = self._audio.get(leg)
        return int(audio.strange()) if audio is not None else 0

    def drop_leg(self, leg: LegId) -> None:
        self.remove(leg)
        self._audio.pop(leg, None)

    def exchange(self, one: LegId, other: LegId) -> list[LegId]:
        """Two legs change their media, and seats stay; gives all who sit in the rooms of both, to attend anew."""
        places = {leg: place for leg in (one, other) if (place := self._places.get(leg)) is not None}
        for leg in (one, other):
            self.remove(leg)
        moved = {there: self._audio.pop(here, None) for here, there in ((one, other), (other, one))}
        self._audio |= {leg: audio for leg, audio in moved.items() if audio is not None}
        for leg, place in places.items():
            self.place(leg, place.room, place.attendance)
        rooms = {place.room for place in places.values()}
        return [leg for leg, place in self._places.items() if place.room in rooms]

    def open(self, room: RoomId, sound: RoomSound) -> None:
        self._rooms[room] = pj.Room(sound.widest_hz, sound.automatic_gain, sound.denoise)

    def close(self, room: RoomId) -> list[LegId]:
        """Who sat there."""
        here = [leg for leg, place in self._places.items() if place.room == room]
        for leg in here:
            self.remove(leg)
        self._rooms.pop(room, None)
        return here

    def close_all(self) -> None:
        for room in tuple(self._rooms):
            self.close(room)
        self._audio.clear()

    def room(self, room: RoomId) -> pj.Room | None:
        return self._rooms.get(room)

    def sent_to(self, leg: LegId) -> pj.SentToLeg | None:
        """What the leg's room sends to it, as media of the bridge."""
        if leg in self._places and leg not in self._sent:
            self._sent[leg] = pj.SentToLeg(self._audio[leg])
        return self._sent.get(leg)

    def place(self, leg: LegId, room: RoomId, attendance: Attendance) -> bool:
        """True where the leg sits down anew; nothing happens where the leg or the room is gone."""
        audio, mix = self._audio.get(leg), self._rooms.get(room)
        if audio is None or mix is None:
            return False
        held = self._places.get(leg)
        if held is not None and held.room == room:
            held.attendance = attendance
            return False
        self.remove(leg)
        self._places[leg] = _Place(room, mix.seat(audio), attendance)
        return True

    def remove(self, leg: LegId) -> None:
        self._sent.pop(leg, None)
        place = self._places.pop(leg, None)
        if place is not None and (mix := self._rooms.get(place.room)):
            mix.unseat(place.seat)

    def attend(self, leg: LegId, *, muted: bool, held: bool) -> None:
        """Make the leg's seat what its attendance asks for, unless it is muted or held as a leg."""
        if (place := self._places.get(leg)) is None:
            return
        wanted, mix = place.attendance, self._rooms[place.room]
        coached = self._places.get(wanted.coaches) if wanted.coaches is not None else None
        is_heard = wanted.coaches is None or (coached is not None and coached.room == place.room)
        speaks = wanted.speaks and is_heard and not (muted or held)
        mix.attend(place.seat, speaks, wanted.hears and not held, coached.seat if coached is not None else -1)
        mix.link(place.seat, wanted.is_link)
        mix.adjust(place.seat, wanted.said_gain, wanted.heard_gain)

    def talking(self, room: RoomId) -> frozenset[LegId]:
        if (mix := self._rooms.get(room)) is None:
            return frozenset()
        seats = set(mix.talking())
        return frozenset(leg for leg, place in self._places.items() if place.room == room and place.seat in seats)

    def room_of(self, leg: LegId) -> RoomId | None:
        place = self._places.get(leg)
        return place.room if place else None
