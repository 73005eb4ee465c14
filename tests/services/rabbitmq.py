"""A RabbitMQ server for tests: a node of its own with its own port mapper, on free loopback ports."""

from __future__ import annotations

import contextlib
import signal
import subprocess

import amqp

from tests.services.processes import ServerProcess, free_port, program

SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
"""Debian's own script; the one in PATH insists on the system's user and directories."""


class RabbitServer:
    """Started by ``start``, gone after ``stop``; ``crash`` and ``start`` are a restart after a crash."""

    def __init__(self) -> None:
        self._server = ServerProcess("rabbitmq", ready_within_s=90)
        self.port = self._server.port
        self._mapper_port = free_port()
        home = self._server.home
        (home / "plugins").write_text("[].\n")
        (home / "empty.conf").write_text("")
        self._environment = {
            "HOME": str(home),
            "HOSTNAME": "localhost",
            "RABBITMQ_NODENAME": f"qflow{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "RABBITMQ_CONFIG_FILE": str(home / "empty"),
            "RABBITMQ_CONF_ENV_FILE": str(home / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._mapper_port),
        }

    def start(self) -> None:
        """Serve on the port."""
        command = [program("rabbitmq-server", "rabbitmq-server", SERVER)]
        with contextlib.suppress(RuntimeError):
            command = [program(SERVER, "rabbitmq-server")]
        self._server.launch(command, self._answers, self._environment)

    def crash(self) -> None:
        """Die at once."""
        self._server.end(signal.SIGKILL)

    def stop(self) -> None:
        """End it and its port mapper, and remove what they left."""
        self._server.end()
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(
                ["epmd", "-port", str(self._mapper_port), "-kill"],
                capture_output=True,
                check=False,
                timeout=10,
            )
        self._server.remove()

    def url(self) -> str:
        """The URL of its default virtual host."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def _answers(self) -> bool:
        connection = amqp.Connection(f"127.0.0.1:{self.port}", connect_timeout=2, read_timeout=2)
        try:
            connection.connect()
        except (OSError, amqp.exceptions.AMQPError):
            return False
        finally:
            with contextlib.suppress(Exception):
                connection.close()
        return True
