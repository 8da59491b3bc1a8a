"""What a program sent wrongly, and how to mend it."""

from engine.errors import TelefoonError


class WrongMessage(TelefoonError):
    """A message that is none of the protocol; `mend` says what it should be."""

    def __init__(self, detail: str, mend: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.mend = mend
