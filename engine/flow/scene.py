"""Where a verb performs: the call's stage, the document's place on the web, and the pace."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from engine.errors import FlowFailed
from engine.flow.pace import Pace
from engine.flow.stage import Stage


@dataclass(frozen=True, slots=True)
class Scene:
    """`url` is the running document's, None for an inline flow; relative URLs then count from `base_url`."""

    stage: Stage
    pace: Pace
    url: str | None = None
    base_url: str | None = None

    def absolute(self, url: str) -> str:
        """`url` made absolute. Raises FlowFailed if there is nothing to count it from."""
        try:
            whole = urljoin(self.url or self.base_url or "", url)
            complete = urlsplit(whole).scheme in {"http", "https"}
        except ValueError:
            raise FlowFailed(f"{url!r} is not a URL.") from None
        if not complete:
            raise FlowFailed(f"{url!r} is relative, and an inline flow has no address to count it from.")
        return whole
