"""The versions of the internet protocol: over which a trunk is reached, and of which an address is."""

from enum import StrEnum


class AddressFamily(StrEnum):
    """IPv4, IPv6, or each of both where it is there."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    BOTH = "both"

    @classmethod
    def of(cls, address: str) -> "AddressFamily":
        """The one of an address, in brackets and with its port, or without either."""
        return cls.IPV6 if address.count(":") > 1 else cls.IPV4

    @property
    def versions(self) -> tuple["AddressFamily", ...]:
        """IPv6 and IPv4, in the order in which they are tried (RFC 6724 §2.1), or the one that it is."""
        return (AddressFamily.IPV6, AddressFamily.IPV4) if self is AddressFamily.BOTH else (self,)

    @property
    def words(self) -> str:
        """The name as it is read."""
        return " and ".join(each.value.replace("ip", "IP") for each in self.versions)

    def has(self, version: "AddressFamily") -> bool:
        """Whether it is that version, or both."""
        return version in self.versions
