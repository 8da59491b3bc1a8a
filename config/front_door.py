"""The settings of who may send SIP: strangers, how much they may send, bans, and connections that others begin."""

import re
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, Field, SecretStr, field_validator

from config.lists import Networks
from config.told_at import told_at


class StrangerAnswer(StrEnum):
    """The answer to SIP from an address that is no trunk's and not allowed: none, or 403."""

    SILENCE = "silence"
    REFUSE = "refuse"


class FrontDoorSettings(BaseModel):
    """What strangers are held to, and what connections over TCP and TLS are that others begin."""

    sip_allow: Networks = []
    sip_proxies: Networks = []
    sip_proxy_address: str = ""
    sip_strangers: StrangerAnswer = StrangerAnswer.SILENCE
    sip_messages_per_s: float = Field(default=50, ge=1, le=10_000)
    sip_invites_per_s: float = Field(default=10, ge=1, le=10_000)
    sip_wrong_passwords_per_min: float = Field(default=20, ge=1, le=10_000)
    sip_malformed_per_min: float = Field(default=60, ge=1, le=10_000)
    sip_never_ban: Networks = []
    sip_peer_invites_per_s: float = Field(default=200, ge=1, le=10_000)
    sip_peer_wrong_numbers_per_s: float = Field(default=20, ge=1, le=10_000)
    sip_bans_file: Path | None = None
    sip_ban_webhook: str = ""
    sip_ban_webhook_secret: SecretStr = SecretStr("")

    sip_connections: int = Field(default=1000, ge=10, le=8000)
    sip_stranger_connections: int = Field(default=50, ge=0, le=8000)
    sip_connections_of_stranger: int = Field(default=10, ge=0, le=8000)
    sip_stranger_s: int = Field(default=10, ge=1, le=600)
    sip_idle_s: int = Field(default=600, ge=1, le=86400)

    @field_validator("sip_proxy_address")
    @classmethod
    def _proxy_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?", value):
            raise ValueError("write where carriers reach the proxy, such as 203.0.113.5:5060 or sip.example.com")
        return value

    @field_validator("sip_ban_webhook")
    @classmethod
    def _ban_webhook(cls, value: str) -> str:
        return told_at(value, "bans", "https://ops.example.com/bans")
