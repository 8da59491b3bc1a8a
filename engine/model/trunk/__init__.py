"""A trunk to a carrier: its fields, each declared once, and how they are read."""

from engine.model.trunk.address_family import AddressFamily
from engine.model.trunk.choices import (
    T38,
    Authentication,
    Dtmf,
    EarlyMedia,
    HoldStyle,
    Ice,
    KeepAlive,
    KnownBy,
    Origin,
    Refresher,
    RegisterAt,
    ReliableProvisionals,
    RtpSource,
    SessionTimers,
    Srtp,
    SrtpKeying,
    Stir,
    TlsVerify,
    Transport,
    UnprovedCaller,
    UnsignedCaller,
)
from engine.model.trunk.hosts import TrunkHost
from engine.model.trunk.reading import changed_trunk, new_trunk, trunk_at
from engine.model.trunk.trunk import Trunk

__all__ = [
    "T38",
    "AddressFamily",
    "Authentication",
    "Dtmf",
    "EarlyMedia",
    "HoldStyle",
    "Ice",
    "KeepAlive",
    "KnownBy",
    "Origin",
    "Refresher",
    "RegisterAt",
    "ReliableProvisionals",
    "RtpSource",
    "SessionTimers",
    "Srtp",
    "SrtpKeying",
    "Stir",
    "TlsVerify",
    "Transport",
    "Trunk",
    "TrunkHost",
    "UnprovedCaller",
    "UnsignedCaller",
    "changed_trunk",
    "new_trunk",
    "trunk_at",
]
