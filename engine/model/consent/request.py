"""The request for one leg's consent to one purpose, and which requests can be put in one breath."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.model.consent.decision import ConsentAnswer, asserted
from engine.model.consent.policy import Ask, ConsentChoice
from engine.model.consent.purpose import Purpose
from engine.model.consent.record import How
from engine.model.consent.wording import ABOUT, Sentences, Wording
from engine.model.disclosure import Disclosure, DisclosurePolicy


@dataclass(frozen=True, slots=True, eq=False)
class ConsentRequest:
    """What is asked of a leg: for what, by which policy, at the door of which conference.

    `language` is BCP 47, of what is said. `notice` is what the leg was told already: that a program speaks.
    """

    purpose: Purpose
    choice: ConsentChoice
    ask: Ask
    language: str
    conference_id: str | None = None
    notice: Disclosure | None = None

    @property
    def told(self) -> ConsentAnswer | None:
        """What stands in for an answer where nothing has to be said any more."""
        if self.ask is Ask.NOTHING:
            return asserted(self.choice)
        heard = _heard(self.notice) if self.purpose is Purpose.STREAMING and self.ask is Ask.TELL else None
        return ConsentAnswer(How.ANNOUNCED, heard) if heard is not None else None

    def can_be_put_with(self, other: "ConsentRequest") -> bool:
        """Whether one sentence asks for both."""
        alike = (self.ask, self.language, self.told) == (other.ask, other.language, other.told)
        return alike and frozenset({self.purpose, other.purpose}) in ABOUT

    def with_others(self, waiting: Iterable["ConsentRequest"]) -> Sequence["ConsentRequest"]:
        """This one, and another that waits if one sentence asks for both."""
        other = next(
            (each for each in waiting if each.purpose is not self.purpose and self.can_be_put_with(each)), None
        )
        return [self] if other is None else [self, other]


def sentences_of(requests: Iterable[ConsentRequest]) -> Sentences:
    """What is said to put some requests that can be put in one breath."""
    return ABOUT[frozenset(each.purpose for each in requests)]


def _heard(notice: Disclosure | None) -> Wording | None:
    """What somebody was told of a program, if we told it: that what they say is processed too."""
    if notice is None or notice.record.policy is not DisclosurePolicy.ANNOUNCE:
        return None
    record = notice.record
    return Wording(record.text or "", record.language or "", record.text_version or "")
