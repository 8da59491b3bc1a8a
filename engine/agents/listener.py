"""The person on the line as the agent hears them: whether they speak, and whether that counts as an interruption."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.agents.words import is_backchannel, words_of
from engine.flow.program_plans import AgentPlan, Sensitivity

_WORDS: Final[Mapping[Sensitivity, int]] = MappingProxyType(
    {Sensitivity.LOW: 3, Sensitivity.MEDIUM: 1, Sensitivity.HIGH: 1}
)
"""How many words must be understood before the person is done, to interrupt."""


class PersonHeard:
    """One utterance after the other, from the first sound to the text."""

    def __init__(self, plan: AgentPlan) -> None:
        self.partial = ""
        """What of it was understood so far."""
        self.may_be_echo = False
        """Whether it began while the agent spoke, and has not stopped it."""
        self._plan = plan
        self._speaks = False

    @property
    def voice_interrupts(self) -> bool:
        """Whether a voice alone is an interruption, before there is a word."""
        return self._plan.sensitivity is Sensitivity.HIGH and not self._plan.ignores_backchannel

    @property
    def wants_partials(self) -> bool:
        """Whether it matters what is understood before the person is done."""
        plan = self._plan
        return plan.partial_prompts or plan.partial_prompt_on_hangup or not self.voice_interrupts

    def begins(self, *, over_agent: bool) -> None:
        """Begin an utterance: a voice is heard."""
        self._speaks, self.partial, self.may_be_echo = True, "", over_agent

    def ends(self) -> bool:
        """End it; gives whether there was a voice at all."""
        spoke, self._speaks, self.partial = self._speaks, False, ""
        return spoke

    def interrupts(self, partial: str) -> bool:
        """Whether what was understood so far is an interruption."""
        return len(words_of(partial)) >= _WORDS[self._plan.sensitivity]

    def only_listens(self, text: str) -> bool:
        """Whether it says no more than that somebody listens, where that is to be ignored."""
        return self._plan.ignores_backchannel and is_backchannel(text)
