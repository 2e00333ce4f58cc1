"""The guard itself: the network is refused here and in children, this machine and local sockets pass."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
from network_guard import NetworkRefusedError, allowed, check


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", b"127.0.0.1"])
def test_this_machine_is_allowed(host):
    assert allowed(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", "0.0.0.0", "", "127.0.0.1.example.org", "2001:db8::1", b"\xff", 7, None])
def test_all_else_is_refused(host):
    assert not allowed(host)


def test_other_events_pass():
    check("open", ("/etc/hosts", "r", 0))
    check("socket.getaddrinfo", (None, 80, 0, 0, 0))


def test_an_address_outside_is_refused_before_a_packet_leaves():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        with pytest.raises(NetworkRefusedError, match=r"192\.0\.2\.1"):
            sender.sendto(b"x", ("192.0.2.1", 9))
        with pytest.raises(NetworkRefusedError):
            sender.connect(("192.0.2.1", 9))
        with pytest.raises(NetworkRefusedError):
            sender.bind(("0.0.0.0", 0))


def test_a_name_is_not_looked_up():
    with pytest.raises(NetworkRefusedError, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_loopback_and_local_sockets_pass(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        client.sendall(b"loop")
        with server.accept()[0] as accepted:
            assert accepted.recv(4) == b"loop"
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))


def test_children_have_the_guard_too():
    program = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "NetworkRefusedError" in ran.stderr
