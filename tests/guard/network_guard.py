"""Let only loopback addresses and local sockets pass, in this process and, by `sitecustomize`, in its children."""

from __future__ import annotations

import sys

WATCHED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})
LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})


class NetworkRefusedError(RuntimeError):
    """A test, or the code under it, reached for the network."""


def allowed(host: object) -> bool:
    """Return whether a host is this machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str):
        return False
    return host in ("localhost", "::1", "localhost.localdomain") or (host.startswith("127.") and host.count(".") == 3)


def check(event: str, arguments: tuple[object, ...]) -> None:
    """Raise NetworkRefusedError for a socket event that leaves the machine (an audit hook)."""
    if event in WATCHED:
        address = arguments[1]
        if isinstance(address, tuple) and not allowed(address[0]):
            raise NetworkRefusedError(f"{event} {address[0]}: tests reach only this machine")
    elif event in LOOKUPS and arguments[0] is not None and not allowed(arguments[0]):
        raise NetworkRefusedError(f"{event} {arguments[0]}: tests reach only this machine")


def watch() -> None:
    """Install the guard once; an audit hook cannot be removed."""
    if not getattr(sys, "_agetech_network_guard", False):
        sys.addaudithook(check)
        sys._agetech_network_guard = True
