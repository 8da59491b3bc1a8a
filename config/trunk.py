"""The trunk: its settings, each with its default, limits and explanation, and the one value that is made of them.

A new option is a field of both, `trunk_…` in the settings; `python -m config.trunk_section` explains it in
config/telefoon.toml.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr, model_validator


class Srtp(StrEnum):
    """Whether media towards the trunk is encrypted (RFC 4568 keys)."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Trunk:
    """A SIP peer that carries calls; `uri` such as sip:127.0.0.1:5080;transport=udp."""

    uri: str
    user: str | None = None
    password: str | None = None
    register: bool = False
    srtp: Srtp = Srtp.OFF
    redirects: bool = False
    """Whether a 3xx is followed that names the trunk's own host."""

    @property
    def scheme(self) -> str:
        return self.uri.partition(":")[0]

    @property
    def is_tls(self) -> bool:
        return self.scheme == "sips" or "transport=tls" in self.parameters.lower()

    @property
    def host_port(self) -> str:
        return self.uri.partition(":")[2].partition(";")[0].rpartition("@")[2]

    @property
    def host(self) -> str:
        host_port = self.host_port
        if host_port.startswith("["):
            return host_port[1:].partition("]")[0]
        return host_port.partition(":")[0]

    @property
    def host_in_uri(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def parameters(self) -> str:
        _, semicolon, parameters = self.uri.partition(";")
        return f"{semicolon}{parameters}"

    def uri_of(self, user: str) -> str:
        """Request-URI for a called number at this trunk."""
        return f"{self.scheme}:{user}@{self.host_port}{self.parameters}"


def _sip_uri(value: str | None) -> str | None:
    if value is not None and not value.startswith(("sip:", "sips:")):
        raise ValueError("write a SIP URI, such as sip:127.0.0.1:5080;transport=udp")
    return value


SipUri = Annotated[str | None, AfterValidator(_sip_uri)]


class TrunkSettings(BaseModel):
    """The settings of the one trunk, under the names that `Settings` has them by."""

    trunk: SipUri = Field(
        default=None,
        description="SIP URI that outbound calls to numbers go to. For TLS: sip:HOST:5061;transport=tls",
        examples=["sip:127.0.0.1:5080;transport=udp"],
    )
    trunk_user: str | None = Field(default=None, description="Name for digest authentication.", examples=["telefoon"])
    trunk_password: SecretStr | None = Field(
        default=None, description="Password for digest authentication.", examples=["secret"]
    )
    trunk_register: bool = Field(
        default=False,
        description="Register with the trunk, and again before it expires. Needs trunk, trunk_user and trunk_password.",
    )
    trunk_srtp: Srtp = Field(default=Srtp.OFF, description="Encrypted media: off, optional, or required.")
    trunk_redirects: bool = Field(
        default=False,
        description="Follow a redirection (3xx) that names the trunk's own host. Others end the call with that code, "
        "as all do while this is off.",
    )
    trunk_timeout: float = Field(
        default=5.0,
        ge=1,
        le=32,
        description="Seconds, 1 to 32, in which an INVITE must be answered with anything at all; a trunk that answers "
        "nothing has failed.",
    )

    @model_validator(mode="after")
    def _can_register(self) -> "TrunkSettings":
        if self.trunk_register and not (self.trunk and self.trunk_user and self.trunk_password):
            raise ValueError("trunk_register needs trunk, trunk_user and trunk_password")
        return self

    @property
    def chosen_trunk(self) -> Trunk | None:
        """None where no trunk is set."""
        if not self.trunk:
            return None
        options = {each.name: getattr(self, f"trunk_{each.name}") for each in fields(Trunk) if each.name != "uri"}
        options["password"] = self.trunk_password.get_secret_value() if self.trunk_password else None
        return Trunk(self.trunk, **options)
