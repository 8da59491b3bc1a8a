"""What a program has sent wrongly, counted, and of each kind what is to be done."""

from collections import Counter

from api.doctor.programs.wrong_message import WrongMessage


class FaultsSeen:
    """Wrong messages of one trial. The same mend is told once, with how often and the first of them."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._times: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._times.total()

    def add(self, wrong: WrongMessage) -> None:
        """One more."""
        self._first.setdefault(wrong.mend, wrong.detail)
        self._times[wrong.mend] += 1

    def told(self) -> list[tuple[str, str]]:
        """What was seen, and its mend, in the order in which they came first."""
        return [(_times(self._first[mend], self._times[mend]), mend) for mend in self._first]


def _times(detail: str, times: int) -> str:
    return detail if times == 1 else f"{detail} (and {times - 1} more of the kind)"
