"""The languages of a conversation by text: which is spoken, which understood, with which voice and hints."""

from engine.flow.program_plans import AgentPlan


class LanguagesInForce:
    """What holds by now, weakest first: the call's, the plan's, what a `language` message said, a token's own."""

    def __init__(self, plan: AgentPlan, call_language: str) -> None:
        self._plan = plan
        self._by_code = {each.code.lower(): each for each in plan.languages}
        self._first = plan.spoken or call_language
        self.spoken = self._first
        self.understood = plan.understood or call_language

    def change(self, *, spoken: str | None, understood: str | None) -> bool:
        """Speak, understand another language; gives whether another is understood."""
        before = self.understood
        self.spoken = spoken or self.spoken
        self.understood = understood or self.understood
        return self.understood != before

    def voice(self, language: str) -> str | None:
        """The voice that speaks it; None for the language's own."""
        of_language = self._by_code.get(language.lower())
        if of_language is not None and of_language.voice:
            return of_language.voice
        return self._plan.voice if language.lower() == self._first.lower() else None

    @property
    def hints(self) -> tuple[str, ...]:
        """Words that are likely in what is understood now."""
        of_language = self._by_code.get(self.understood.lower())
        return of_language.hints if of_language is not None and of_language.hints else self._plan.hints
