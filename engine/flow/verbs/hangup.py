"""<Hangup>: end the call."""

from dataclasses import dataclass

from engine.flow.next_step import Done
from engine.flow.scene import Scene


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""

    async def run(self, scene: Scene) -> Done:
        await scene.stage.hang_up()
        return Done()
