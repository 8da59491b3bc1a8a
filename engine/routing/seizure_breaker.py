"""The circuit breaker of a trunk by its answer-seizure ratio: one that has fallen clearly is left alone for a while."""

from dataclasses import replace

from engine.routing.answer_seizure import AnswerSeizure, SeizureRule


class SeizureBreaker:
    """Opens for as long as a window lasts; then calls go by the trunk again, and enough of them may open it anew.

    Pure: the time is handed in, in seconds of any one clock.
    """

    def __init__(self, rule: SeizureRule) -> None:
        self._rule = rule
        self._seizure: AnswerSeizure | None = None
        self._open_until_s = float("-inf")

    def ended(self, answered: bool, now_s: float) -> None:
        """Note that one more call was answered, or has failed."""
        seizure = (self._seizure or AnswerSeizure(self._rule, now_s)).ended(answered, now_s)
        if seizure.has_fallen and not self.is_open(now_s):
            self._open_until_s = now_s + self._rule.window_s
            seizure = replace(seizure, since=now_s, tried=0, answered=0)
        self._seizure = seizure

    def is_open(self, now_s: float) -> bool:
        """Whether no call is to be sent to the trunk while there are others."""
        return now_s < self._open_until_s
