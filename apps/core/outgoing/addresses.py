"""Which network addresses the studio may be sent to by its users: the public ones, and private ones where allowed."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.errors import UserError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], list[str]]


class OutgoingRefused(UserError):
    """The studio does not send requests to this address; the message says why."""

    code = "outgoing_refused"


class OutgoingFailed(UserError):
    """The request was allowed but came to nothing; the message says what happened."""

    code = "outgoing_failed"


# Where an installation's own services live. Opened by STUDIO_ALLOW_PRIVATE_ADDRESSES.
PRIVATE: Final[tuple[Network, ...]] = tuple(
    ip_network(each)
    for each in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)

# Where a cloud hands out the machine's own credentials to whoever asks. Never opened: link-local addresses as a whole, and
# the ones that lie among private or public addresses (AWS, Alibaba, Oracle, Azure, Google).
METADATA: Final[tuple[Network, ...]] = tuple(
    ip_network(each)
    for each in (
        "169.254.0.0/16",
        "fe80::/10",
        "fd00:ec2::/64",
        "100.100.100.200/32",
        "192.0.0.192/32",
        "168.63.129.16/32",
        "fd20:ce::/64",
    )
)

# The rest of IANA's special-purpose registries. In IPv6 only 2000::/3 is in use, so what is outside needs no mention.
SPECIAL: Final[tuple[Network, ...]] = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8",  # this host
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # Teredo and other tunnels
        "2001:db8::/32",
        "2002::/16",  # 6to4: leads to whatever IPv4 address is inside
        "3fff::/20",
    )
)
GLOBAL_IPV6: Final = IPv6Network("2000::/3")
NAT64: Final = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class AddressPolicy:
    """Decides about addresses, after asking for them once.

    Args:
        allowed: networks open besides the public addresses. ``METADATA`` stays closed even inside them.
        resolve: returns the addresses of (host, port); raises OSError where there are none.
    """

    allowed: tuple[Network, ...]
    resolve: Resolver

    @classmethod
    def from_settings(cls) -> "AddressPolicy":
        """The policy of this installation."""
        return cls(allowed=PRIVATE if settings.STUDIO.allow_private_addresses else (), resolve=system_addresses)

    def addresses_of(self, host: str, port: int) -> list[str]:
        """Return the addresses a connection to ``host`` may use. Connect to these, and never look the name up again.

        Raises:
            OutgoingRefused: one of them is closed. One is enough: whoever mixes them has no honest reason.
            OutgoingFailed: the name leads nowhere.
        """
        try:
            found = self.resolve(host, port)
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise OutgoingFailed(_("The name %(host)s leads to no address. Check its spelling.") % {"host": host})
        for address in found:
            self._check(ip_address(address), host)
        return found

    def _check(self, address: Address, host: str) -> None:
        address = _meant(address)
        if _within(address, METADATA):
            raise OutgoingRefused(
                _(
                    "%(host)s leads to an address that machines keep for themselves, where their own credentials are found."
                )
                % {"host": host}
            )
        if _within(address, self.allowed):
            return
        if _within(address, PRIVATE):
            raise OutgoingRefused(
                _(
                    "%(host)s leads into the private network of the studio. Use a public address, or ask an administrator "
                    "to allow private ones with STUDIO_ALLOW_PRIVATE_ADDRESSES."
                )
                % {"host": host}
            )
        if _within(address, SPECIAL) or (address.version == 6 and address not in GLOBAL_IPV6):
            raise OutgoingRefused(
                _("%(host)s leads to an address that belongs to no server. Use a public address.") % {"host": host}
            )


def system_addresses(host: str, port: int) -> list[str]:
    """Return what this machine's resolver says; it also reads the old spellings of numbers, such as 0x7f.1."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _meant(address: Address) -> Address:
    """Return the IPv4 address a connection to this address ends at, where it does; otherwise the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(address.packed[-4:])
    return address


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)
