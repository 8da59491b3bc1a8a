"""The settings of the one trunk that is named default, each with its default, limits and explanation.

Any number of trunks, with all of their fields, are tables of the settings file, or rows (docs/trunks.md).
`python -m config.trunk_section` explains these settings in config/telefoon.toml.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, SecretStr, model_validator


def _sip_uri(value: str | None) -> str | None:
    if value is not None and not value.startswith(("sip:", "sips:")):
        raise ValueError("write a SIP URI, such as sip:127.0.0.1:5080;transport=udp")
    return value


SipUri = Annotated[str | None, AfterValidator(_sip_uri)]


class TrunkSettings(BaseModel):
    """The settings of the trunk named default, under the names that `Settings` has them by."""

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
    trunk_srtp: Literal["off", "optional", "required"] = Field(
        default="off", description="Encrypted media: off, optional, or required."
    )
    trunk_tls_verify: Literal["on", "off"] = Field(
        default="on",
        description="Whether the certificate of a trunk over TLS is checked, by tls_ca or else the system's "
        "authorities: on; or off, and anybody on the way may pose as the carrier.",
    )
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
