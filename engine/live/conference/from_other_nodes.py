"""What other nodes want of a room: orders for all who are in it here, and the links of leaves."""

from engine.live.conference.room import Room
from engine.model.conference_end import ConferenceEnd
from engine.ports import Cause, Leg
from engine.ports.nodes import NodeOrder


async def obey_order(room: Room, order: NodeOrder) -> None:
    """Mute all who are in it here, hear why it has ended, and look at the row in any case."""
    if order["do"] == "mute":
        await room.mute_all(muted=order["muted"], spared=order["spared"])
    if "ended" in order:
        room.hear_why_ended(ConferenceEnd[order["ended"]])
    await room.look()


async def take_link(room: Room, leg: Leg, leaf: str) -> None:
    """Follow the link of a leaf to its end; it is refused where this is not the root, or there is no mix yet."""
    await room.look()
    if room.over.is_set() or not room.tree.is_root or room.mix is None:
        await leg.hang_up(Cause.UNAVAILABLE)
        return
    await room.tree.follow_leaf(leg, leaf, room.mix)
