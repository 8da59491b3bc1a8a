"""The document that is heard by somebody who waits, in a queue or for a conference."""

from collections.abc import Mapping

from engine.flow.call_actions import Waiting
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import GoTo, HttpMethod


def waiting_with(context: ExecutionContext, url: str | None, method: HttpMethod) -> Waiting | None:
    """The document at the URL, performed once with parameters; None (music) without a URL. Raises FlowFailed.

    An empty URL is silence, as the field has it.
    """
    if url is None:
        return None
    if not url:
        return _silence(context)
    start = GoTo(context.absolute(url), method)

    async def perform(params: Mapping[str, str]) -> bool:
        return await context.wait_with(start, params)

    return perform


def _silence(context: ExecutionContext) -> Waiting:
    async def wait(params: Mapping[str, str]) -> bool:
        del params
        await context.stage.pause(_LONG_S)
        return False

    return wait


_LONG_S = 3600.0
