"""The context in which a verb runs: the actions on its call, its document's URL, and a limit on its pace."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from urllib.parse import urljoin, urlsplit

from engine.errors import FlowFailed
from engine.flow.call_actions import CallActions
from engine.flow.loop_guard import LoopGuard
from engine.flow.next_step import GoTo
from engine.flow_faults import FlowFault
from engine.model.languages import SpokenLanguage, spoken_for


class Ending(Enum):
    """The way in which a flow, or a part of one, came to its end."""

    RAN_OUT = "its last verb was performed"
    LEFT = "it left the queue"
    HUNG_UP = "it ended the call"


Part = Callable[[GoTo, "ExecutionContext"], Awaitable[Ending]]
"""Perform another document on the same call, as what is heard while one waits."""


@dataclass(frozen=True, slots=True)
class ExecutionContext:
    """`url` is the running document's, None for an inline flow; relative URLs then count from `base_url`.

    `waiting` says that the document is heard by somebody who waits in a queue or for a conference;
    `applications` how many have dialled each other to come to it, whose ends leave the call as it is.
    """

    stage: CallActions
    pace: LoopGuard
    part: Part
    url: str | None = None
    base_url: str | None = None
    waiting: bool = False
    applications: int = 0

    def absolute(self, url: str) -> str:
        """`url` made absolute. Raises FlowFailed if there is nothing to count it from."""
        try:
            whole = urljoin(self.url or self.base_url or "", url)
            complete = urlsplit(whole).scheme in {"http", "https"}
        except ValueError:
            raise FlowFailed(f"{url!r} is not a URL.", FlowFault.URL) from None
        if not complete:
            raise FlowFailed(f"{url!r} is relative, and an inline flow has no address to count it from.", FlowFault.URL)
        return whole

    def absolute_or_none(self, url: str | None) -> str | None:
        """Complete a URL as `absolute` does; None stays None."""
        return self.absolute(url) if url else None

    def program_address(self, url: str) -> str:
        """The address of a program's WebSocket; a relative one is wss where the document is https. Raises FlowFailed.

        What it is counted from may have a query, which is not the program's.
        """
        if urlsplit(url).scheme in {"ws", "wss"}:
            return url
        whole = urlsplit(self.absolute(url))
        scheme = "wss" if whole.scheme == "https" else "ws"
        return whole._replace(scheme=scheme, query="", fragment="").geturl()

    async def spoken(self, tag: str | None) -> SpokenLanguage:
        """What is spoken for a language of the document, the call's without one; another than ours is noted."""
        spoken = spoken_for(tag, self.stage.language)
        if spoken.remark:
            await self.stage.note("spoken_otherwise", language=tag, reason=spoken.remark)
        return spoken

    async def within_application(self, start: GoTo, params: Mapping[str, str]) -> None:
        """Perform an application's document on the call, to its end. Raises as documents do, and LegGone."""
        await self.part(replace(start, params=params), replace(self, applications=self.applications + 1))

    async def wait_with(self, to: GoTo, params: Mapping[str, str]) -> bool:
        """Perform the document once for somebody who waits; whether it left the queue."""
        return await self.part(replace(to, params=params), replace(self, waiting=True)) is Ending.LEFT
