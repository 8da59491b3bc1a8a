"""The settings of what understands callers."""

import re
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, field_validator

NONE: Final = "none"
WHISPER: Final = "whisper"
Readers = Annotated[int, Field(ge=1, le=64)] | Literal["auto"]
_OF_A_FOLDER: Final = re.compile(r"(vosk|sherpa):(/.+)")


class RecognitionSettings(BaseModel):
    """Which recogniser there is, and how many processes read for it."""

    recognizer: str = NONE
    recognizer_readers: Readers = "auto"

    @field_validator("recognizer")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in (NONE, WHISPER) and not _OF_A_FOLDER.fullmatch(value):
            raise ValueError("write none, whisper, or an engine and the folder of its models, such as vosk:/models")
        return value

    @property
    def streaming_models(self) -> tuple[str, str] | None:
        """The engine and the folder of models of the operator's own; None where there are none."""
        found = _OF_A_FOLDER.fullmatch(self.recognizer)
        return (found[1], found[2]) if found else None
