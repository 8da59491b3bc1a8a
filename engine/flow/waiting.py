"""What somebody hears who waits, in a queue or for a conference."""

from collections.abc import Mapping

from engine.flow.next_step import GoTo, Method
from engine.flow.scene import Scene
from engine.flow.stage import Waiting


def waiting_with(scene: Scene, url: str | None, method: Method) -> Waiting | None:
    """The document at the URL, performed once with parameters; None (music) without a URL. Raises FlowFailed.

    An empty URL is silence, as the field has it.
    """
    if url is None:
        return None
    if not url:
        return _silence(scene)
    start = GoTo(scene.absolute(url), method)

    async def perform(params: Mapping[str, str]) -> bool:
        return await scene.wait_with(start, params)

    return perform


def _silence(scene: Scene) -> Waiting:
    async def wait(params: Mapping[str, str]) -> bool:
        del params
        await scene.stage.pause(_LONG_S)
        return False

    return wait


_LONG_S = 3600.0
