"""Ports for servers of tests."""

from __future__ import annotations

import socket

from tests.services.processes import PORTS, free_port


def test_ports_are_free_differ_and_are_never_those_of_outgoing_connections():
    ports = [free_port() for _ in range(200)]
    assert len(set(ports)) == len(ports)
    assert all(PORTS[0] <= port < PORTS[1] for port in ports)
    with socket.create_server(("127.0.0.1", ports[0])):
        pass
