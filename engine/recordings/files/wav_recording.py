"""Recording to a plain WAV file without rows: as the test phone does, which has no accounts and no database."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from engine.aio.disk_threads import Disk
from engine.ports import Bridge, Source
from engine.recordings.files.audio import RecordedFile
from engine.recordings.files.finishing import described
from engine.recordings.files.growing_file import writing_to
from engine.recordings.files.readable import FileReadable
from engine.recordings.files.wav import WavAudio, WavRecordingFile
from engine.recordings.files.writer import RecordingFileWriter


class WavRecording:
    """Under way from `begin` to `stop`."""

    def __init__(self, path: Path, writer: RecordingFileWriter) -> None:
        self._path = path
        self._writer = writer

    @classmethod
    async def begin(cls, bridge: Bridge, path: Path, tracks: Sequence[Sequence[Source]]) -> "WavRecording":
        """Write over what is at `path`, one channel for each group of sources. Raises RecordingError."""
        disk = Disk(threads=1)
        file = await disk.run(partial(_new_file, path, len(tracks), bridge.rate_hz))
        try:
            recorder = await bridge.record(tracks=tracks)
        except BaseException:
            file.abandon()
            raise
        return cls(path, RecordingFileWriter(recorder, file, disk, lambda reason: None))

    async def stop(self) -> RecordedFile:
        """Raises RecordingError."""
        await self._writer.stop()
        await self._writer.finish()
        return await asyncio.to_thread(self._described)

    def _described(self) -> RecordedFile:
        with WavAudio(FileReadable(self._path)) as audio:
            return described(self._path, audio)


def _new_file(path: Path, channels: int, rate_hz: int) -> WavRecordingFile:
    with writing_to(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
    return WavRecordingFile(path, channels, rate_hz)
