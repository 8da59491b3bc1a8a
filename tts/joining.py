"""WAV files one after the other in one."""

import asyncio
import wave
from collections.abc import Sequence
from pathlib import Path


async def joined(sources: Sequence[Path], dest: Path) -> None:
    """Write them all, which must have one rate and one width, to `dest`."""
    await asyncio.to_thread(_join, sources, dest)


def _join(sources: Sequence[Path], dest: Path) -> None:
    with wave.open(str(dest), "wb") as out:
        for number, source in enumerate(sources):
            with wave.open(str(source), "rb") as wav:
                if number == 0:
                    out.setparams(wav.getparams())
                out.writeframes(wav.readframes(wav.getnframes()))
