"""Calls to other machines: https, to hosts that the installation names, and to nobody else.

Nothing else in this program may call another machine (tests/security/test_seams.py names the few
modules that speak to processes of this installation). The name is resolved once, every address
is judged, and the connection goes to the address that was judged: an answer that changes between
the two leads nowhere. The certificate is checked against the name.
"""

import ipaddress
import logging
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx

_LOG = logging.getLogger(__name__)
# It logs whole addresses, in which a receiver's secret may stand.
logging.getLogger("httpx").setLevel(logging.WARNING)

CONNECT, READ, ALTOGETHER = 5.0, 10.0, 20.0
"""Seconds."""

MOST_SENT = 256 * 1024
MOST_READ = 64 * 1024

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

METADATA = frozenset(
    ipaddress.ip_address(found)
    for found in ("169.254.169.254", "100.100.100.200", "fd00:ec2::254", "192.0.0.192")
)
"""Where clouds answer with the machine's own credentials. Nothing of ours is there."""

_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


class NotSent(Exception):
    """The call was not made, or its answer cannot be used; the message names no secret."""


@dataclass(frozen=True)
class Host:
    """A host that may be called.

    Args:
        name: as in the address; a literal IP address only where it is written here.
        port: of https there.
        internal: stands in the province's own network, so a private address is right for it.
    """

    name: str
    port: int = 443
    internal: bool = False


@dataclass(frozen=True)
class Answer:
    """What the other machine said."""

    status: int
    body: bytes


Resolve = Callable[[str, int], Sequence[str]]


def resolve(name: str, port: int) -> list[str]:
    """Return the addresses of a host. Raises OSError."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(entry[4][0]) for entry in found]


def real(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address.teredo is not None:
            return address.teredo[1]
        number = int(address)
        if any(address in network for network in _NAT64) or (number < 1 << 32 and number > 1):
            return ipaddress.IPv4Address(number & 0xFFFF_FFFF)
    return address


def may_reach(address: Address, *, internal: bool) -> bool:
    """Return whether a call may go to this address."""
    end = real(address)
    never = (
        end.is_multicast,
        end.is_unspecified,
        end.is_link_local,
        end in METADATA,
        address in METADATA,
        end == ipaddress.IPv4Address("255.255.255.255"),
    )
    if any(never):
        return False
    if internal:
        return end.is_global or end.is_private
    return end.is_global and not end.is_reserved and not getattr(end, "is_site_local", False)


class Outbound:
    """Calls hosts of one list.

    Args:
        hosts: which hosts may be called; settings.OUTBOUND_HOSTS.
        trust: the certificates that are trusted; None: those of this machine.
        addresses: how names are resolved.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        hosts: Sequence[Host],
        *,
        trust: ssl.SSLContext | None = None,
        addresses: Resolve = resolve,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hosts = {(host.name.lower(), host.port): host for host in hosts}
        self._trust = trust or ssl.create_default_context()
        self._addresses = addresses
        self._clock = clock

    def post(self, url: str, content: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Send ``content`` and return the answer, whatever its status below 300 or above 399.

        A redirect is an error: the place to call is what the administrator wrote down.

        Raises NotSent.
        """
        target, host = self._target(url)
        if len(content) > MOST_SENT:
            raise NotSent("too much to send")
        address = self._judged(host)
        given = {name.lower(): value for name, value in (headers or {}).items()}
        if any(c in text for pair in given.items() for text in pair for c in "\r\n\0"):
            raise NotSent("a header with a line break")
        if {"host", "content-length", "transfer-encoding"} & set(given):
            raise NotSent("a header that is ours to write")
        given |= {"host": target.netloc.decode("ascii"), "accept-encoding": "identity"}
        given.setdefault("user-agent", "diemcau")
        end = self._clock() + ALTOGETHER
        try:
            with httpx.Client(
                verify=self._trust,
                trust_env=False,  # no proxy, no password file of the surroundings
                follow_redirects=False,
                http2=False,
                timeout=httpx.Timeout(READ, connect=CONNECT),
            ) as client:
                request = client.build_request(
                    "POST",
                    target.copy_with(host=str(address)),
                    content=content,
                    headers=given,
                    extensions={"sni_hostname": target.host},
                )
                answer = client.send(request, stream=True)
                try:
                    return self._read(answer, end)
                finally:
                    answer.close()
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            # The address may hold a secret of the receiver: only the host is named.
            _LOG.warning("no answer from %s: %s", host.name, type(error).__name__)
            raise NotSent(f"no answer from {host.name}") from None

    def _target(self, url: str) -> tuple[httpx.URL, Host]:
        if not url.isascii() or any(ord(c) <= 32 or ord(c) == 127 or c == "\\" for c in url):
            raise NotSent("not an address")
        try:
            target = httpx.URL(url)
        except httpx.InvalidURL:
            raise NotSent("not an address") from None
        if target.scheme != "https":
            raise NotSent("not https")
        if target.userinfo or target.fragment:
            raise NotSent("a name or a fragment in the address")
        host = self._hosts.get((target.host.lower(), target.port or 443))
        if host is None:
            raise NotSent("not a host of this installation's list")
        return target, host

    def _judged(self, host: Host) -> Address:
        try:
            found = [ipaddress.ip_address(a) for a in self._addresses(host.name, host.port)]
        except (OSError, ValueError, UnicodeError):
            raise NotSent(f"{host.name} has no address") from None
        if not found:
            raise NotSent(f"{host.name} has no address")
        if not all(may_reach(address, internal=host.internal) for address in found):
            # One bad address among good ones is how a name is turned against the network.
            raise NotSent(f"{host.name} leads into a network that it may not")
        return found[0]

    def _read(self, answer: httpx.Response, end: float) -> Answer:
        if 300 <= answer.status_code < 400:
            raise NotSent("the host sends elsewhere")
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            raise NotSent("the answer is packed")
        body = b""
        for chunk in answer.iter_raw():
            body += chunk
            if len(body) > MOST_READ:
                raise NotSent("the answer is too long")
            if self._clock() > end:
                raise NotSent("the answer takes too long")
        return Answer(answer.status_code, body)
