"""The SIP thread's half of the bridge: ports of the conference bridge behind sources and sinks."""

from collections.abc import Callable
from pathlib import Path

import pjsua2 as pj

from engine.errors import MediaError, RecordingError
from engine.ports import Ear, LegId, Played, PlayerId, RecorderId, Said, Sink, Source, Track
from sip.wiring import Wire, Wiring


class FilePlayer(pj.AudioMediaPlayer):
    """Tells when its file has been played; one that loops reaches the file's end each time round."""

    def __init__(self, on_end: Callable[[], None]) -> None:
        super().__init__()
        self._on_end = on_end

    def onEof2(self) -> None:  # noqa: N802
        self._on_end()


class Switch:
    """Keeps the wiring and the ports in step. Every method runs on the SIP thread."""

    def __init__(self) -> None:
        self._wiring = Wiring()
        self._legs: dict[LegId, pj.AudioMedia] = {}
        self._players: dict[PlayerId, FilePlayer] = {}
        self._recorders: dict[RecorderId, list[pj.AudioMediaRecorder]] = {}
        self._muted: set[LegId] = set()
        self._held: set[LegId] = set()

    def set_leg(self, leg: LegId, media: pj.AudioMedia) -> None:
        """A leg's media was made or made anew: lay its wires again."""
        self._legs[leg] = media
        self._begin(self._wiring.of_leg(leg))

    def drop_leg(self, leg: LegId) -> None:
        self._legs.pop(leg, None)
        self._muted.discard(leg)
        self._held.discard(leg)
        self._wiring.drop_leg(leg)

    def connect(self, source: Source, sink: Sink) -> None:
        self._begin(self._wiring.connect(source, sink))

    def disconnect(self, source: Source, sink: Sink) -> None:
        self._end([wire for wire in self._wiring.disconnect(source, sink) if not self._is_blocked(wire)])

    def mute(self, leg: LegId, muted: bool) -> None:
        self._block(leg, self._muted, muted)

    def hold(self, leg: LegId, held: bool) -> None:
        self._block(leg, self._held, held)

    def play(self, player: PlayerId, wav: Path, sinks: list[Sink], loop: bool, on_end: Callable[[], None]) -> None:
        port = FilePlayer((lambda: None) if loop else on_end)
        try:
            port.createPlayer(str(wav), 0 if loop else pj.PJMEDIA_FILE_NO_LOOP)
        except pj.Error as error:
            raise MediaError(f"{wav.name} can't be played: {error.reason}.") from None
        self._players[player] = port
        for sink in sinks:
            self.connect(Played(player), sink)

    def drop_player(self, player: PlayerId) -> None:
        self._wiring.drop_player(player)
        self._players.pop(player, None)

    def record(self, recorder: RecorderId, paths: list[Path], tracks: list[list[Source]]) -> None:
        ports = []
        for path in paths:
            port = pj.AudioMediaRecorder()
            try:
                port.createRecorder(str(path), 0, -1, pj.PJMEDIA_FILE_WRITE_PCM)
            except pj.Error as error:
                raise RecordingError(f"A recording can't be written to {path.parent}: {error.reason}.") from None
            ports.append(port)
        self._recorders[recorder] = ports
        for number, sources in enumerate(tracks):
            for source in sources:
                self.connect(source, Track(recorder, number))

    def drop_recorder(self, recorder: RecorderId) -> None:
        self._wiring.drop_recorder(recorder)
        self._recorders.pop(recorder, None)

    def level(self, leg: LegId) -> float:
        media = self._legs.get(leg)
        return media.getRxLevel() / 255 if media is not None else 0.0

    def close(self) -> None:
        """Drop every port before the endpoint goes."""
        self._players.clear()
        self._recorders.clear()
        self._legs.clear()

    def _block(self, leg: LegId, blocked: set[LegId], begin: bool) -> None:
        """Wires stay asked for while they are blocked, and are laid again afterwards."""
        before = [wire for wire in self._wiring.of_leg(leg) if not self._is_blocked(wire)]
        if begin and leg in self._legs:
            blocked.add(leg)
        else:
            blocked.discard(leg)
        after = [wire for wire in self._wiring.of_leg(leg) if not self._is_blocked(wire)]
        self._end([wire for wire in before if wire not in after])
        self._begin([wire for wire in after if wire not in before])

    def _is_blocked(self, wire: Wire) -> bool:
        source, sink = wire
        if not isinstance(source, Said):
            return False
        heard_by_held = isinstance(sink, Ear) and sink.leg in self._held
        return heard_by_held or source.leg in self._muted or source.leg in self._held

    def _begin(self, wires: list[Wire]) -> None:
        for wire in wires:
            origin, target = self._origin(wire[0]), self._target(wire[1])
            if origin is not None and target is not None and not self._is_blocked(wire):
                origin.startTransmit(target)

    def _end(self, wires: list[Wire]) -> None:
        for source, sink in wires:
            origin, target = self._origin(source), self._target(sink)
            if origin is not None and target is not None:
                origin.stopTransmit(target)

    def _origin(self, source: Said | Played) -> pj.AudioMedia | None:
        if isinstance(source, Said):
            return self._legs.get(source.leg)
        return self._players.get(source.player)

    def _target(self, sink: Sink) -> pj.AudioMedia | None:
        if isinstance(sink, Ear):
            return self._legs.get(sink.leg)
        ports = self._recorders.get(sink.recorder)
        return ports[sink.number] if ports else None
