"""<Redirect>: go on with another document."""

from dataclasses import dataclass

from engine.flow.attribute_types import Choice
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.patterns import WEB_ADDRESS
from engine.flow.shape import attribute, content


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with the document at the URL; nothing after it is performed."""

    url: str = content(WEB_ADDRESS, help="Where the document is")
    method: HttpMethod = attribute(Choice(HttpMethod), default=HttpMethod.POST, help="How it is requested")

    async def run(self, context: ExecutionContext) -> GoTo:
        return GoTo(self.url, self.method)
