"""Runs a call flow on a stage, from document to document, until it ends."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from engine.errors import LegGone
from engine.flow.document import Continue, Document, Done, GoTo
from engine.flow.pace import Pace
from engine.flow.scene import Scene
from engine.flow.stage import Stage

Fetch = Callable[[str, str, Mapping[str, str]], Awaitable[Document]]
"""Request a document: absolute URL, GET or POST, parameters. Raises WebhookError, DocumentError."""


class Interpreter:
    """Performs flows; `now` gives seconds and may be a simulation's."""

    def __init__(self, fetch: Fetch, now: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._now = now

    async def run(self, start: Document | str, stage: Stage, base_url: str | None = None) -> None:
        """Perform the document, or the one at the URL, and hang up where the flow ends.

        Returns when the flow has ended, also because the far end hung up. Raises WebhookError or DocumentError
        if a document can't be had, FlowFailed if the flow makes no sense; the call is up then.
        """
        scene = Scene(stage, Pace(self._now), base_url=base_url)
        try:
            await self._perform(start, scene)
        except LegGone:
            return

    async def _perform(self, start: Document | str, scene: Scene) -> None:
        if isinstance(start, str):
            document, scene = await self._go(GoTo(start), scene)
        else:
            document = start
        while (following := await self._play(document, scene)) is not None:
            document, scene = await self._go(following, scene)

    async def _play(self, document: Document, scene: Scene) -> GoTo | None:
        """The document's verbs in order; where to go then, if the call is not over."""
        for verb in document.verbs:
            scene.pace.step()
            match await verb.run(scene):
                case Done():
                    return None
                case GoTo(url=url) as going if url or scene.url:
                    return going
                case GoTo() | Continue():
                    continue
        await scene.stage.hang_up()
        return None

    async def _go(self, to: GoTo, scene: Scene) -> tuple[Document, Scene]:
        url = scene.absolute(to.url)
        with scene.pace.jump():
            document = await self._fetch(url, to.method, to.params)
        return document, replace(scene, url=url)
