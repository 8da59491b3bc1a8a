"""A pool whose jobs are done when the test says so: who is read, and when, without a model."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tts.pool import JobTimedOut, WorkerPool


class PoolByHand(WorkerPool):
    """Begins jobs as the real one does; `began` are those so far, and `does` ends one of them."""

    def __init__(self, folder: Path, size: int = 1) -> None:
        super().__init__(folder, size=size)
        self.began: list[Mapping[str, Any]] = []
        self._answers: list[asyncio.Future[dict[str, Any]]] = []

    async def run(self, job: Mapping[str, Any], *, timeout_s: float) -> dict[str, Any]:
        del timeout_s
        self.began.append(job)
        self._answers.append(asyncio.get_running_loop().create_future())
        return await self._answers[-1]

    async def does(self, number: int, text: str = "") -> None:
        """The job that was begun as this one, counted from 0, gives a text."""
        self._answers[number].set_result({"text": text, "confidence": 0.9})
        await settled()

    async def fails(self, number: int) -> None:
        """The job that was begun as this one has taken too long."""
        self._answers[number].set_exception(JobTimedOut("too long"))
        await settled()


async def settled() -> None:
    """Returns once all have done what they could."""
    for _ in range(30):
        await asyncio.sleep(0)
