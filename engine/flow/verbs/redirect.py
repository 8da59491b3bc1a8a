"""<Redirect>: go on with another document."""

from dataclasses import dataclass

from engine.flow.kinds import Choice
from engine.flow.next_step import GoTo, Method
from engine.flow.patterns import WEB_ADDRESS
from engine.flow.scene import Scene
from engine.flow.shape import attribute, content


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with the document at the URL; nothing after it is performed."""

    url: str = content(WEB_ADDRESS, help="Where the document is")
    method: Method = attribute(Choice(Method), default=Method.POST, help="How it is requested")

    async def run(self, scene: Scene) -> GoTo:
        return GoTo(self.url, self.method)
