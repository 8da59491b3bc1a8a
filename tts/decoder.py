"""Decoding in a process of its own: audio from strangers never meets the process that carries calls."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.errors import MediaError
from tts.pool import PoolError, WorkerPool

LIMIT_S: Final = 3600.0
TIMEOUT_S: Final = 60.0


@dataclass(slots=True)
class Decoder:
    """Turns sound files of any format into WAV: the engine's AudioDecoder.

    `scratch` is a folder for temporary files, `limit_s` the longest audio.
    """

    scratch: Path
    limit_s: float = LIMIT_S
    timeout_s: float = TIMEOUT_S
    _pool: WorkerPool = field(init=False)

    def __post_init__(self) -> None:
        self._pool = WorkerPool(self.scratch, size=1)

    async def to_wav(self, source: Path, dest: Path, *, rate_hz: int) -> None:
        """Write what `source` holds to `dest`, as mono 16-bit WAV at rate_hz.

        `dest` appears only when it is complete. Raises MediaError.
        """
        part = dest.with_name(f"{dest.name}.part")
        job = {
            "do": "decode",
            "source": str(source),
            "out": str(part),
            "rate_hz": rate_hz,
            "limit_s": self.limit_s,
        }
        try:
            await self._pool.run(job, timeout_s=self.timeout_s)
            await asyncio.to_thread(part.replace, dest)
        except PoolError as error:
            raise MediaError(str(error)) from error
        finally:
            part.unlink(missing_ok=True)

    async def close(self) -> None:
        """End the process."""
        await self._pool.close()
