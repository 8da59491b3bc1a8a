"""The settings of one speech server: a table of `tts_servers`."""

import re
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

_URL: Final = re.compile(r"https?://[^/@\s?#]+/[^\s?#]+")
_KEY: Final = re.compile(r"[\x21-\x7e]+")

Name = Annotated[str, Field(min_length=1, max_length=200)]


class SpeechServerSettings(BaseModel):
    """A server that speaks one language, asked by POST as `url` is written; docs/speech.md explains each field."""

    # Without their inputs: a key that stands in the wrong place must not reach a screen or a log.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str
    voice: Name
    model: Name = "tts-1"
    key: SecretStr | None = None
    format: Literal["wav", "pcm"] = "wav"
    pcm_rate_hz: int = Field(default=24_000, ge=8_000, le=48_000)
    speed: float = Field(default=1.0, ge=0.25, le=4.0)
    timeout_s: float = Field(default=10.0, ge=0.5, le=60)
    version: str = Field(default="", max_length=200)

    @property
    def host(self) -> str:
        """Without its port."""
        return urlsplit(self.url).hostname or ""

    @field_validator("url")
    @classmethod
    def _whole(cls, value: str) -> str:
        if not _URL.fullmatch(value):
            raise ValueError("write the whole URL that is asked, such as http://10.0.0.5:8880/v1/audio/speech")
        _ = urlsplit(value).port  # raises ValueError for one that is none
        return value

    @field_validator("key")
    @classmethod
    def _of_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        # It goes into a header, where a line's end would begin another.
        if value is not None and not _KEY.fullmatch(value.get_secret_value()):
            raise ValueError("write the key in ASCII, without spaces; leave it out if the server wants none")
        return value
