"""Flows that lead into a conference, and people who are in one."""

from engine.model.conference import Conference
from engine.model.consent import ConsentChoice
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.words import DONE, element

ROOM = "team"
TOLD = "https://customer.example/conference"
MUSIC = "hold music"


def conference(dial: str = "", **attributes: str) -> str:
    """A flow that enters the room; `dial` are attributes of the Dial around it."""
    room = element("Conference", ROOM, **attributes)
    return f"<Response><Dial action='{DONE}' {dial}>{room}</Dial></Response>"


async def enters(
    node: FakeNode, *, consent: str | ConsentChoice | None = None, dial: str = "", **attributes: str
) -> FarEnd:
    """Somebody calls and is let in, or stands at the door, by a flow with these attributes."""
    far_end = await node.is_called(conference(dial, **attributes), consent=consent)
    await far_end.is_answered()
    await node.passes(0.5)
    return far_end


async def the_room(node: FakeNode) -> Conference:
    """The room that is open, as it is stored now."""
    found = await node.services.stores.conferences.by_name(node.account.id, ROOM)
    assert found is not None
    return found


async def room_id(node: FakeNode) -> str:
    """Of the room that is open."""
    return (await the_room(node)).id
