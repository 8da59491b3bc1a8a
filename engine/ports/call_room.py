"""How many more calls there is room for."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class CallRoom:
    """Room for `free` more calls, of `total`. `of` is what each takes one of and what runs out first, in the plural."""

    free: int
    total: int
    of: str

    @property
    def is_full(self) -> bool:
        """Whether there is none for another call."""
        return self.free <= 0

    @property
    def words(self) -> str:
        """The room in plain words."""
        if self.is_full:
            return f"all {self.total} {self.of} are in use"
        return f"{self.free} of {self.total} {self.of} are free"

    def less(self, taken: int) -> "CallRoom":
        """What is left of all of it while so many calls have theirs."""
        return replace(self, free=max(0, self.total - taken))


ANY_NUMBER = CallRoom(1, 1, "calls")
"""Where nothing runs out."""
