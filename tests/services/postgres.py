"""A PostgreSQL server for tests: a fresh cluster in a temporary directory, on a free loopback port."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from tests.services.processes import free_port

INSTALL = "PostgreSQL's initdb was not found; install it (make test-setup, or: apt-get install postgresql)"
OWNER = "qflow"


def binary(name: str) -> str:
    """Where one of PostgreSQL's programs is: in PATH, or where Debian keeps it."""
    places = [shutil.which(name), *sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)]
    found = next((str(place) for place in places if place), None)
    if found is None:
        raise RuntimeError(INSTALL)
    return found


def _unprivileged() -> dict[str, Any]:
    """How to run as somebody else: the server refuses to run as root."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class PostgresServer:
    """Started by ``start``, gone after ``stop``; nothing survives it, so nothing is synced to disk."""

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.port = free_port()
        self._as = _unprivileged()
        self._home = Path(tempfile.mkdtemp(prefix="qflow-postgres-"))
        if self._as:
            os.chown(self._home, self._as["user"], self._as["group"])

    def start(self) -> None:
        """Make the cluster where it is missing, and serve it."""
        data = self._home / "data"
        if not data.exists():
            self._run("initdb", "-D", str(data), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-sync")
        options = {
            "port": self.port,
            "listen_addresses": self.host,
            "unix_socket_directories": self._home,
            "fsync": "off",
            "max_connections": 200,
        }
        given = " ".join(f"-c {name}={value}" for name, value in options.items())
        self._run("pg_ctl", "start", "-w", "-D", str(data), "-l", str(self._home / "log"), "-o", given)

    def halt(self, mode: str = "immediate") -> None:
        """Stop serving; ``immediate`` is what a crash looks like to clients."""
        self._run("pg_ctl", "stop", "-w", "-D", str(self._home / "data"), "-m", mode)

    def stop(self) -> None:
        """Stop serving and remove everything."""
        pid = self._home / "data" / "postmaster.pid"
        if pid.exists():
            try:
                self.halt()
            except RuntimeError:
                os.kill(int(pid.read_text().split()[0]), signal.SIGQUIT)
        shutil.rmtree(self._home, ignore_errors=True)

    def create_database(self, name: str) -> None:
        """An empty database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())

    def disconnect_all(self, name: str) -> None:
        """Cut every connection to a database, as a restart of the server would."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )

    def url(self, name: str) -> str:
        """The URL of a database."""
        return f"postgresql://{OWNER}@{self.host}:{self.port}/{name}"

    def django(self, name: str) -> dict[str, Any]:
        """The entry of ``DATABASES`` for a database."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": OWNER,
            "HOST": self.host,
            "PORT": str(self.port),
            "CONN_MAX_AGE": None,
        }

    def _run(self, program: str, *arguments: str) -> None:
        with (self._home / f"{program}.out").open("w+") as output:  # a pipe would be held by the server
            command = [binary(program), *arguments]
            done = subprocess.run(
                command, stdout=output, stderr=output, cwd=self._home, check=False, timeout=60, **self._as
            )
            output.seek(0)
            if done.returncode != 0:
                raise RuntimeError(f"{program} failed: {output.read()}")
