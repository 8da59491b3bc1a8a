"""The settings of recordings: sealed or not, what is heard of them, and the object store that keeps them."""

import re
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

LOCAL: Final = "local"
"""Recordings stay in the data folder."""
_BUCKET: Final = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?")


class RecordingSettings(BaseModel):
    """How recordings are made, and where they stay."""

    recording_encryption: bool = True
    recording_master_key: str = "file"
    recording_beep_s: int = Field(default=0, ge=0, le=3600)
    recording_pause: Literal["silence", "skip"] = "silence"
    recording_store: str = LOCAL
    recording_store_endpoint: str = ""
    recording_store_region: str = ""
    recording_store_access_key: str = Field(default="", repr=False)
    recording_store_secret: SecretStr | None = None
    recording_store_secret_file: Path | None = None
    recording_store_path_style: bool = True
    recording_store_part_mb: int = Field(default=16, ge=5, le=1024)

    @field_validator("recording_master_key")
    @classmethod
    def _place_of_a_key(cls, value: str) -> str:
        kind, colon, place = value.partition(":")
        if not (value == "file" or (kind in ("file", "env", "kms") and colon and place)):
            raise ValueError("write file, file:PATH, env:NAME of a variable or kms:NAME:PLACE of a key service")
        return value

    @field_validator("recording_store")
    @classmethod
    def _bucket(cls, value: str) -> str:
        if value != LOCAL and not _BUCKET.fullmatch(value):
            raise ValueError("write local, or s3://BUCKET/PREFIX")
        return value

    @field_validator("recording_store_endpoint")
    @classmethod
    def _endpoint(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^/@\s?#]+/?", value):
            raise ValueError("write a URL without a path, such as https://s3.fr-par.scw.cloud")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _whole_store(self) -> Self:
        if self.recording_store == LOCAL:
            return self
        if not (self.recording_store_region and self.recording_store_access_key):
            raise ValueError("an object store needs recording_store_region and recording_store_access_key")
        if (self.recording_store_secret is None) == (self.recording_store_secret_file is None):
            raise ValueError("an object store needs recording_store_secret or recording_store_secret_file")
        return self
