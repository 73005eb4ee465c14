"""Every setting in one table: its names, default, form and meaning; docs and validation follow it."""

from __future__ import annotations

from dataclasses import dataclass, fields

from engine.base.limits import Limits
from engine.settings import readers
from engine.settings.readers import Reader


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    ``name`` is the environment variable, ``field`` the attribute of
    :class:`~engine.settings.values.EngineSettings`, ``key`` the dotted path below ``qflow`` in the
    YAML file (empty: not there), ``flag`` the option of ``qflow``. A secret can also be given as the
    path of a file in ``<name>_FILE``.
    """

    name: str
    field: str
    default: str
    reader: Reader
    help: str
    key: str = ""
    flag: str = ""
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "QFLOW_DATA_DIR",
        "data_dir",
        "data",
        readers.path(),
        "Where the node keeps its database, blocks and keys.",
        flag="--data-dir",
    ),
    Setting(
        "QFLOW_HOST",
        "host",
        "127.0.0.1",
        readers.text("an address"),
        "Address the node listens on; `0.0.0.0` for every address.",
        "networking.host",
        "--host",
    ),
    Setting(
        "QFLOW_PORT",
        "port",
        "8080",
        readers.whole_number(0, 65535),
        "Port the node listens on; 0 lets the system choose.",
        "networking.apiPort",
        "--port",
    ),
    Setting(
        "QFLOW_PUBLIC_URL",
        "public_url",
        "",
        readers.url("http", "https"),
        "The URL under which others reach the node, for webhook addresses. Empty: host and port.",
        "networking.publicUrl",
    ),
    Setting(
        "QFLOW_ALLOWED_HOSTS",
        "allowed_hosts",
        "",
        readers.names(),
        "Host names the web doors answer to. Empty: the node's own address and the host of the public "
        "URL, or any where it listens on every address.",
        "networking.allowedHosts",
    ),
    Setting(
        "QFLOW_TRUSTED_PROXIES",
        "trusted_proxies",
        "",
        readers.networks(),
        "Addresses or CIDR blocks of the proxies before the node, whose X-Forwarded-For is believed.",
        "networking.trustedProxies",
    ),
    Setting(
        "QFLOW_TIMEZONE",
        "timezone",
        "UTC",
        readers.timezone(),
        "Time zone of schedules and dates in flows that name none.",
        "engine.timezone",
    ),
    Setting(
        "QFLOW_NODE_ID",
        "node",
        "",
        readers.text("a name without spaces"),
        "The node's name; each process group on a shared database needs its own. Empty: one is made "
        "and kept in the data directory.",
        "engine.nodeId",
    ),
    Setting(
        "QFLOW_FILES_ROOT",
        "files_root",
        "",
        readers.path(),
        "The only directory file steps may touch. Empty: none.",
        "engine.filesRoot",
    ),
    Setting(
        "QFLOW_EGRESS_ALLOW",
        "egress_allow",
        "",
        readers.network_targets(),
        "Added to the egress policy of the personal subnet: private, loopback and link-local targets "
        "that steps may connect to.",
        "engine.egressAllow",
    ),
    Setting(
        "QFLOW_SECRETS_FILE",
        "secrets_file",
        "",
        readers.path(),
        "A file, or a mounted directory, with the secrets that steps may use by name. See "
        "[capabilities](capabilities.md). Empty: none.",
        "engine.secretsFile",
    ),
    Setting(
        "QFLOW_DAO_SOURCES",
        "dao_sources",
        "",
        readers.path(),
        "A file that names the nodes from which this one takes the signed policies of its subnets. See "
        "[governance](governance.md#policies-between-nodes). Empty: none.",
        "governance.sources",
    ),
    Setting(
        "QFLOW_DAO_REPRODUCE",
        "dao_reproduce",
        "off",
        readers.one_of("off", "on"),
        "Whether this node, with its validators' keys, makes the checks of proposed templates anew for the "
        "DAOs of `QFLOW_DAO_SOURCES`, and reports what it finds. See "
        "[governance](governance.md#checks-by-several-nodes).",
        "governance.reproduce",
    ),
    Setting(
        "QFLOW_CREDENTIALS_FILE",
        "credentials_file",
        "",
        readers.path(),
        "A file with credentials that are given from outside, beside those that are kept here. See "
        "[credentials](credentials.md). Empty: none.",
        "engine.credentialsFile",
    ),
    Setting(
        "QFLOW_VAULT_URL",
        "vault_url",
        "",
        readers.url("https", "http"),
        "A HashiCorp Vault whose secrets (KV version 2) credentials may name as `vault://MOUNT/PATH#FIELD`; "
        "without TLS on this machine only. See [credentials](credentials.md). Empty: none.",
        "engine.vaultUrl",
    ),
    Setting(
        "QFLOW_VAULT_TOKEN",
        "vault_token",
        "",
        readers.text("a token of the Vault"),
        "With what the node asks the Vault.",
        "engine.vaultToken",
        secret=True,
    ),
    Setting(
        "QFLOW_VAULT_CA",
        "vault_ca",
        "",
        readers.path(),
        "Certificates (PEM) of the authorities that the Vault is verified by. Empty: the public ones.",
        "engine.vaultCa",
    ),
    Setting(
        "QFLOW_VAULT_PATHS",
        "vault_paths",
        "secret/qflow/{subnet}",
        readers.names(),
        "Beginnings of the paths, with their mount, that credentials of a subnet may name; `{subnet}` stands "
        "for its id.",
        "engine.vaultPaths",
    ),
    Setting(
        "QFLOW_REFERENCE_FILES",
        "reference_files",
        "",
        readers.path(),
        "A directory with a folder for each subnet, whose files its credentials may name as `file://NAME`. "
        "Empty: none.",
        "engine.referenceFiles",
    ),
    Setting(
        "QFLOW_REFERENCE_VARIABLES",
        "reference_variables",
        "",
        readers.names(),
        "Environment variables of the node that credentials of the personal subnet may name as "
        "`env://NAME`; a name may end in `*`. Those that begin with QFLOW_ never are. Empty: none.",
        "engine.referenceVariables",
    ),
    Setting(
        "QFLOW_DATABASE_URL",
        "database_url",
        "",
        readers.url("sqlite", "postgresql", "postgres"),
        "The database. Empty: SQLite in the data directory.",
        "storage.databaseUrl",
        secret=True,
    ),
    Setting(
        "QFLOW_SQLITE_SYNCHRONOUS",
        "sqlite_synchronous",
        "NORMAL",
        readers.one_of("NORMAL", "FULL", "EXTRA"),
        "When SQLite waits for the disk. See [durability](durability.md).",
        "storage.sqliteSynchronous",
    ),
    Setting(
        "QFLOW_BROKER_URL",
        "broker_url",
        "embedded://",
        readers.url("embedded", "redis", "rediss", "amqp", "amqps"),
        "The broker of the bell. `embedded://` lives in the node's process.",
        "dispatch.brokerUrl",
        "--broker",
        True,
    ),
    Setting(
        "QFLOW_REDIS_URL",
        "redis_url",
        "",
        readers.url("redis", "rediss"),
        "A Redis that processes share; used for the live channel unless that has its own URL.",
        "dispatch.redisUrl",
        secret=True,
    ),
    Setting(
        "QFLOW_CHANNEL_URL",
        "channel_url",
        "",
        readers.url("memory", "redis", "rediss"),
        "The live channel. Empty: the Redis above, else the broker if it is a Redis, else `memory://`, "
        "which reaches only the browsers of one process.",
        "dispatch.channelUrl",
        secret=True,
    ),
    Setting(
        "QFLOW_PROCESSES",
        "processes",
        "0",
        readers.whole_number(0, 64),
        "Processes beside the node's own that drive executions whose callers wait, such as those of "
        "webhooks, each with its own worker threads. 0: the node's own process drives them.",
        "dispatch.processes",
        "--processes",
    ),
    Setting(
        "QFLOW_WORKERS",
        "workers",
        "8",
        readers.whole_number(0, 1024),
        "Worker threads of a node, or processes of a `qflow worker`.",
        "dispatch.workers",
        "--workers",
    ),
    Setting(
        "QFLOW_DRIVE",
        "drive_mode",
        "auto",
        readers.one_of("auto", "here", "bell"),
        "Who drives an execution first: the process that accepted it (`here`), or a worker that is rung "
        "(`bell`). `auto`: here with the embedded broker, else bell.",
        "dispatch.drive",
    ),
    Setting(
        "QFLOW_LOG_LEVEL",
        "log_level",
        "INFO",
        readers.one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "The least severe log lines that are written.",
        "log.level",
        "--log-level",
    ),
    Setting(
        "QFLOW_LOG_FORMAT",
        "log_format",
        "text",
        readers.one_of("text", "json"),
        "Log lines for people (`text`) or one JSON object a line (`json`).",
        "log.format",
        "--log-format",
    ),
    Setting(
        "QFLOW_SECRET_KEY",
        "secret",
        "",
        readers.text("a long random text"),
        "Signs what the web doors hand out. Empty: one is made on first start and kept in the data "
        "directory with mode 0600.",
        "",
        "",
        True,
    ),
    Setting(
        "QFLOW_IPFS_API",
        "ipfs_api",
        "",
        readers.names(),
        "APIs of Kubo daemons that keep replicas of the sealed blocks, the preferred one first: "
        "`http://127.0.0.1:5001` or a multiaddr. Empty: blocks lie in the data directory only. See "
        "[blocks on IPFS](ipfs.md).",
        "storage.ipfsApi",
    ),
    Setting(
        "QFLOW_IPFS_REPLICAS",
        "ipfs_replicas",
        "1",
        readers.whole_number(1, 16),
        "How many of these daemons must hold a block.",
        "storage.ipfsReplicas",
    ),
    Setting(
        "QFLOW_IPFS_TIMEOUT_MS",
        "ipfs_timeout_ms",
        "10000",
        readers.whole_number(100, 600_000),
        "How long one call of a Kubo daemon may take.",
        "storage.ipfsTimeoutMs",
    ),
    Setting(
        "QFLOW_ROOT_KEY",
        "root_key",
        "",
        readers.key_texts(),
        "Wraps the keys of the subnets, which encrypt everything that is stored; see "
        "[encryption](encryption.md). Processes that share a database need the same. Empty: one is made on "
        "first start and kept in the data directory with mode 0600.",
        "",
        "",
        True,
    ),
    Setting(
        "QFLOW_MAIL_URL",
        "mail_url",
        "",
        readers.url("smtp", "smtps"),
        "The server that sends the node's own mail, such as notifications: "
        "`smtps://user:password@mail.example.com` (TLS, port 465) or `smtp://` (STARTTLS, port 587; without "
        "TLS on this machine only). Empty: none is sent.",
        "mail.url",
        secret=True,
    ),
    Setting(
        "QFLOW_MAIL_FROM",
        "mail_from",
        "",
        readers.text("an address"),
        "The address that the node's own mail comes from.",
        "mail.from",
    ),
)

CLIENT_SETTINGS: tuple[tuple[str, str], ...] = (
    (
        "QFLOW_CONFIG",
        "Path of the YAML file (`--config`). Without it `qflow-config.yaml` in the data "
        "directory is read, if there is one.",
    ),
    (
        "QFLOW_URL",
        "URL of the node that commands talk to (`--url`). Without it they work on the data directory.",
    ),
    ("QFLOW_TOKEN", "Bearer token for that node (`--token`); or its file in `QFLOW_TOKEN_FILE`."),
)
"""Variables that choose where settings come from or whom commands talk to."""


def camel(name: str) -> str:
    """``step_timeout_ms`` as ``stepTimeoutMs``."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def limit_settings() -> tuple[Setting, ...]:
    """A setting for each field of :class:`engine.base.limits.Limits`."""
    return tuple(
        Setting(
            f"QFLOW_LIMIT_{spec.name.upper()}",
            spec.name,
            str(spec.default),
            readers.whole_number(0, 2**53),
            "",
            f"limits.{camel(spec.name)}",
        )
        for spec in fields(Limits)
    )


LIMITS: tuple[Setting, ...] = limit_settings()

SAME_AS: dict[str, str] = {
    "engine.maxConcurrentFlows": "limits.executionsRunningMax",
    "engine.defaultTimeout": "limits.stepTimeoutMs",
}
"""Keys of the reference's YAML file that are other names of ours."""

RESERVED: dict[str, str] = {
    "engine.checkpointInterval": "the replication of checkpoints; every step is journaled as it ends",
    "validation.enablePipeline": "the validation pipeline",
    "validation.timeoutPerLayer": "the validation pipeline",
    "validation.retryAttempts": "the validation pipeline",
    "sandbox.wasmRuntime": "the sandbox",
    "sandbox.maxMemoryMB": "the sandbox",
    "sandbox.maxExecutionTimeMs": "the sandbox",
    "sandbox.allowedModules": "the sandbox",
    "networking.libp2pPort": "the peer-to-peer network",
    "networking.metricsPort": "nothing yet: metrics are served at /metrics on the API port",
}
"""Keys of the reference's YAML file that are accepted with a warning: the part that will use them."""
