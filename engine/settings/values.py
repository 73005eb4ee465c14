"""The settings of a node, as one frozen value."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlsplit

from engine.base.limits import Limits

EMBEDDED = "embedded://"
"""The broker that lives in the node's own process."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

MEMORY = "memory://"
"""The channel layer that lives in the node's own process."""


@dataclass(frozen=True)
class EngineSettings:
    """What was configured, validated. What the fields mean stands in :mod:`engine.settings.table`."""

    data_dir: Path
    host: str
    port: int
    public_url: str
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    timezone: str
    node: str
    files_root: Path | None
    egress_allow: tuple[str, ...]
    secrets_file: Path | None
    dao_sources: Path | None
    dao_reproduce: str
    credentials_file: Path | None
    vault_url: str
    vault_token: str
    vault_ca: Path | None
    vault_paths: tuple[str, ...]
    reference_files: Path | None
    reference_variables: tuple[str, ...]
    database_url: str
    sqlite_synchronous: str
    broker_url: str
    redis_url: str
    channel_url: str
    workers: int
    processes: int
    drive_mode: str
    log_level: str
    log_format: str
    secret: str
    ipfs_api: tuple[str, ...]
    ipfs_replicas: int
    ipfs_timeout_ms: int
    root_key: str
    mail_url: str
    mail_from: str
    limits: Limits
    warnings: tuple[str, ...] = ()
    sources: Mapping[str, str] = dataclass_field(default_factory=dict)  # where fields were found

    @property
    def embedded(self) -> bool:
        """Whether the broker lives in the node's own process."""
        return self.broker_url.startswith(EMBEDDED)

    @property
    def drive(self) -> str:
        """``here``: the process that accepts a start drives it; ``bell``: a worker that is rung does."""
        if self.drive_mode != "auto":
            return self.drive_mode
        return "here" if self.embedded else "bell"

    @property
    def channel(self) -> str:
        """URL of the channel layer that is in force."""
        fallback = self.broker_url if self.broker_url.startswith(("redis://", "rediss://")) else MEMORY
        return self.channel_url or self.redis_url or fallback

    @property
    def database(self) -> str:
        """URL of the database that is in force."""
        return self.database_url or f"sqlite:///{quote(str(self.data_dir / 'qflow.sqlite3'))}"

    @property
    def base_url(self) -> str:
        """Where the node is reached from outside, without a trailing slash."""
        if self.public_url:
            return self.public_url
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def hosts(self) -> list[str]:
        """Host names the web doors answer to; any, where the node listens on every address."""
        if self.allowed_hosts:
            return list(self.allowed_hosts)
        if self.host in ("0.0.0.0", "::", ""):  # noqa: S104
            return ["*"]
        public = urlsplit(self.public_url).hostname
        return ["localhost", "127.0.0.1", "[::1]", self.host, *([public] if public else [])]

    @cached_property
    def node_id(self) -> str:
        """The node's name: as configured, or one that is made once and kept in the data directory."""
        made = f"{socket.gethostname().split('.')[0]}-{secrets.token_hex(4)}"
        return self.node or keep(self.data_dir / "node-id", made)

    @cached_property
    def secret_key(self) -> str:
        """The secret as configured, or one that is made once and kept with mode 0600."""
        return self.secret or keep(self.data_dir / "secret-key", secrets.token_urlsafe(48))

    @property
    def setup_code(self) -> str | None:
        """What whoever sets the node up in a browser must know; None where only this machine reaches it."""
        if self.host in LOOPBACK and not (self.public_url or self.trusted_proxies or self.allowed_hosts):
            return None
        digest = hmac.digest(self.secret_key.encode(), b"set-up", "sha256")
        return base64.b32encode(digest[:10]).decode().lower()


def keep(path: Path, fresh: str) -> str:
    """The text of a file with mode 0600, which gets ``fresh`` where it does not exist yet.

    Of several processes that come first at once, all get the same text.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(fresh + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its text counts
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()
