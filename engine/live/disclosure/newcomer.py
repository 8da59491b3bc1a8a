"""Another person on a line where a program is heard: that one hears nothing of it before the notice."""

from dataclasses import dataclass

from engine.errors import DisclosureRefused, LegGone, MediaError
from engine.live.disclosure.gate import DisclosureGate
from engine.live.session.session import Session
from engine.ports import Ear


@dataclass(frozen=True, slots=True)
class NewcomerDisclosure:
    """The disclosure to who takes the place of somebody else on a line."""

    gate: DisclosureGate

    async def keep_out(self, session: Session) -> None:
        """Before the other is there: silence all programs on the line. Raises LegGone."""
        session.disclosing.begin_anew()
        for sound in session.disclosing.heard:
            await sound.hush(Ear(session.leg.id))

    async def settle(self, session: Session) -> None:
        """When the other is on the line: tell that one, and let the programs be heard again."""
        session.disclosing.somebody_is_there()
        try:
            for sound, how in session.disclosing.heard.items():
                disclosure = await self.gate.disclosure_of(session, how.choice, language=how.language)
                await sound.speak(disclosure, Ear(session.leg.id))
        except DisclosureRefused:
            return  # noted; they stay silent
        except (LegGone, MediaError) as error:
            session.journal.note_event("not_disclosed", reason=str(error))
