"""Consent in a room that is one of several of its conference: what this node tells the others, and asks for them."""

from collections.abc import Sequence

from engine.live.conference.conference_row import ConferenceRow
from engine.live.conference.member import Member
from engine.live.conference.tree import RoomTree
from engine.live.consent.service import ConsentService


class RoomConsents:
    """Keeps in the rows of participants whether they may be recorded, where other nodes record them too."""

    def __init__(self, row: ConferenceRow, tree: RoomTree, permission: ConsentService) -> None:
        self._row = row
        self._tree = tree
        self._permission = permission
        self._asked: set[str] = set()
        """Those whom this node has asked because another one began to record."""

    async def tell(self, members: Sequence[Member], *, all_asked: bool) -> None:
        """Have the other nodes know who may be recorded here: nobody, while one is heard who was not asked."""
        if not self._row.shared:
            return
        changed = [each for each in members if each.follow_consent(asked=all_asked)]
        for member in changed:
            await self._row.keep(member.participant)
        if changed:
            await self._tree.require_told()

    def are_wanted(self, members: Sequence[Member]) -> bool:
        """Whether it is recorded since, and somebody here has not been asked yet; tells so once of each."""
        if not self._row.shared or not self._row.value.record:
            return False
        unasked = {each.participant.id for each in members if not each.session.has_answered_consent} - self._asked
        self._asked |= unasked
        return bool(unasked)

    async def ask(self, members: Sequence[Member]) -> None:
        """Ask everybody who was not asked, as each one's policy wants."""
        await self._permission.consent_of(*(each.session for each in members), conference=self._row.value)
