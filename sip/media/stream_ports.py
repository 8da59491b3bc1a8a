"""The SIP thread's half of media streams: ports of the bridge before what goes to programs and comes back."""

import pjsua2 as pj

from engine.errors import MediaError
from engine.model.disclosure import Disclosure
from engine.ports import Ear, StreamId, StreamTrack


class StreamPorts:
    """Ports by their streams. Every method runs on the SIP thread."""

    def __init__(self) -> None:
        self._tracks: dict[tuple[StreamId, StreamTrack], pj.ForkedTrack] = {}
        self._sources: dict[StreamId, pj.FedSource] = {}

    def open_track(self, stream: StreamId, live: pj.Stream, track: StreamTrack) -> None:
        """Send the program this track from now on, every 20 ms. Raises MediaError."""
        if (stream, track) not in self._tracks:
            try:
                self._tracks[stream, track] = pj.ForkedTrack(live, track.value)
            except pj.Error as error:
                raise MediaError(f"Track {track} can't be sent to the program: {error.reason}.") from None

    def open_source(self, stream: StreamId, live: pj.Stream, disclosure: Disclosure, ear: Ear) -> None:
        """Let the program be heard, by a leg that is wired to it and was told of it. Raises MediaError."""
        if not isinstance(disclosure, Disclosure):
            raise TypeError("A program is heard by nobody who was not told of it.")
        disclosure.require(ear.leg)
        if stream not in self._sources:
            try:
                self._sources[stream] = pj.FedSource(live)
            except pj.Error as error:
                raise MediaError(f"The program can't be heard: {error.reason}.") from None

    def track(self, stream: StreamId, track: StreamTrack) -> pj.ForkedTrack | None:
        return self._tracks.get((stream, track))

    def source(self, stream: StreamId) -> pj.FedSource | None:
        return self._sources.get(stream)

    def drop(self, stream: StreamId) -> None:
        """Let go of a stream's ports."""
        self._sources.pop(stream, None)
        for track in StreamTrack:
            self._tracks.pop((stream, track), None)

    def close(self) -> None:
        """Let go of all."""
        self._sources.clear()
        self._tracks.clear()
