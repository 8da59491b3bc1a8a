"""Music that several hear at once: one player, wired to whoever is to hear it."""

from collections.abc import Set as AbstractSet

import structlog

from engine.errors import MediaError
from engine.live.speaker import Speaker
from engine.ports import Bridge, Ear, Player

log = structlog.get_logger(__name__)


class SharedMusic:
    """Music for all who wait in one conference, played once."""

    def __init__(self, speaker: Speaker, bridge: Bridge) -> None:
        self._speaker = speaker
        self._bridge = bridge
        self._player: Player | None = None
        self._ears: frozenset[Ear] = frozenset()

    async def play_to(self, ears: AbstractSet[Ear]) -> None:
        """Let these hear the music from now on, and nobody else."""
        if not ears:
            await self.stop()
            return
        try:
            self._player = self._player or await self._speaker.hold_music(to=[])
        except MediaError as error:
            log.warning("hold_music_failed", reason=str(error))
            return
        for ear in ears - self._ears:
            await self._bridge.connect(self._player.source, ear)
        for ear in self._ears - ears:
            await self._bridge.disconnect(self._player.source, ear)
        self._ears = frozenset(ears)

    async def stop(self) -> None:
        """Nobody hears it any more."""
        player, self._player, self._ears = self._player, None, frozenset()
        if player is not None:
            await player.stop()
