"""Settings: layers, typed readers, secrets, the YAML file of the reference."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from engine.base.errors import InvalidInput
from engine.base.limits import Limits
from engine.settings.loading import load
from engine.settings.table import LIMITS, RESERVED, SAME_AS, SETTINGS
from engine.settings.view import setting_views

GOOD = {
    "QFLOW_DATA_DIR": "elsewhere",
    "QFLOW_HOST": "0.0.0.0",
    "QFLOW_PORT": "9999",
    "QFLOW_PUBLIC_URL": "https://flows.example.com/",
    "QFLOW_ALLOWED_HOSTS": "a.example.com, b.example.com",
    "QFLOW_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.7",
    "QFLOW_TIMEZONE": "Europe/Berlin",
    "QFLOW_NODE_ID": "node-7",
    "QFLOW_FILES_ROOT": "files",
    "QFLOW_SECRETS_FILE": "secrets.json",
    "QFLOW_DAO_SOURCES": "sources.json",
    "QFLOW_DAO_REPRODUCE": "on",
    "QFLOW_CREDENTIALS_FILE": "credentials.json",
    "QFLOW_VAULT_URL": "https://vault.example.com:8200",
    "QFLOW_VAULT_TOKEN": "hvs.token",
    "QFLOW_VAULT_CA": "vault.pem",
    "QFLOW_VAULT_PATHS": "secret/{subnet}, kv/shared",
    "QFLOW_REFERENCE_FILES": "references",
    "QFLOW_REFERENCE_VARIABLES": "SHOP_*, MAIL_PASSWORD",
    "QFLOW_EGRESS_ALLOW": "127.0.0.1:9000,10.0.0.0/8,*.example.com",
    "QFLOW_DATABASE_URL": "postgresql://qflow:pw@db:5432/qflow",
    "QFLOW_SQLITE_SYNCHRONOUS": "full",
    "QFLOW_BROKER_URL": "redis://redis:6379/0",
    "QFLOW_REDIS_URL": "redis://redis:6379/1",
    "QFLOW_CHANNEL_URL": "redis://redis:6379/2",
    "QFLOW_WORKERS": "3",
    "QFLOW_PROCESSES": "2",
    "QFLOW_DRIVE": "HERE",
    "QFLOW_LOG_LEVEL": "debug",
    "QFLOW_LOG_FORMAT": "json",
    "QFLOW_SECRET_KEY": "s3cret",
    "QFLOW_ROOT_KEY": f"{'ab' * 32} {'cd' * 32}",
    "QFLOW_IPFS_API": "http://127.0.0.1:5001,/ip4/10.0.0.1/tcp/5001/http",
    "QFLOW_IPFS_REPLICAS": "2",
    "QFLOW_IPFS_TIMEOUT_MS": "5000",
    "QFLOW_MAIL_URL": "smtps://ann:pw@mail.example.com",
    "QFLOW_MAIL_FROM": "qflow@example.com",
}

SECRETS = ("pw", "s3cret", "hvs.token", "ab" * 32)

BAD = {
    "QFLOW_PORT": ["abc", "70000", "-1", ""],
    "QFLOW_PUBLIC_URL": ["flows.example.com", "ftp://x"],
    "QFLOW_VAULT_URL": ["vault.example.com", "ftp://x"],
    "QFLOW_TIMEZONE": ["Mars/Olympus", "../etc"],
    "QFLOW_EGRESS_ALLOW": ["http://example.com", "10.0.0.0/99"],
    "QFLOW_DATABASE_URL": ["mysql://x", "postgresql://h:port/x"],
    "QFLOW_SQLITE_SYNCHRONOUS": ["OFF"],
    "QFLOW_BROKER_URL": ["kafka://x"],
    "QFLOW_REDIS_URL": ["http://x"],
    "QFLOW_CHANNEL_URL": ["amqp://x"],
    "QFLOW_WORKERS": ["many"],
    "QFLOW_DRIVE": ["there"],
    "QFLOW_LOG_LEVEL": ["loud"],
    "QFLOW_LOG_FORMAT": ["xml"],
    "QFLOW_IPFS_REPLICAS": ["0", "x"],
    "QFLOW_MAIL_URL": ["http://x"],
    "QFLOW_IPFS_TIMEOUT_MS": ["1", "soon"],
    "QFLOW_ROOT_KEY": ["ab" * 31, "xy" * 32, "ab " * 21 + "a", f"{'ab' * 32}, xy"],
}


def write(path: Path, text: str) -> dict[str, str]:
    path.write_text(text)
    return {"QFLOW_CONFIG": str(path)}


def refusal(environ: dict[str, str], options: dict[str, str] | None = None) -> str:
    with pytest.raises(InvalidInput) as caught:
        load(environ, options)
    return str(caught.value)


def test_nothing_set_gives_the_defaults(tmp_path):
    settings = load({"QFLOW_DATA_DIR": str(tmp_path)})
    assert (settings.host, settings.port, settings.timezone) == ("127.0.0.1", 8080, "UTC")
    assert settings.database == f"sqlite:///{tmp_path}/qflow.sqlite3"
    assert (settings.embedded, settings.drive, settings.channel) == (True, "here", "memory://")
    assert settings.base_url == "http://127.0.0.1:8080"
    assert settings.limits == Limits()


def test_every_setting_has_a_good_value_here():
    assert set(GOOD) == {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_setting_is_read_from_the_environment(setting):
    changed = getattr(load({setting.name: GOOD[setting.name]}), setting.field)
    assert changed != getattr(load({}), setting.field)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in BAD for value in BAD[name]])
def test_a_wrong_value_is_refused_with_its_name_and_the_expected_form(name, value):
    message = refusal({name: value})
    setting = next(setting for setting in SETTINGS if setting.name == name)
    assert name in message
    assert setting.reader.form in message
    assert setting.secret or repr(value) in message


def test_all_wrong_values_are_told_at_once():
    message = refusal({"QFLOW_PORT": "x", "QFLOW_WORKERS": "y", "QFLOW_LIMIT_LEASE_MS": "z"})
    assert all(name in message for name in ("QFLOW_PORT", "QFLOW_WORKERS", "QFLOW_LIMIT_LEASE_MS"))


@pytest.mark.parametrize("setting", LIMITS, ids=lambda setting: setting.name)
def test_a_limit_is_read_from_the_environment(setting):
    assert getattr(load({setting.name: "7"}).limits, setting.field) == 7


def test_a_secret_is_read_from_a_file(tmp_path):
    (tmp_path / "key").write_text("from-a-file\n")
    assert load({"QFLOW_SECRET_KEY_FILE": str(tmp_path / "key")}).secret_key == "from-a-file"


@pytest.mark.parametrize("setting", [s for s in SETTINGS if s.secret], ids=lambda setting: setting.name)
def test_every_secret_has_a_file_variant(setting, tmp_path):
    (tmp_path / "secret").write_text(GOOD[setting.name])
    settings = load({f"{setting.name}_FILE": str(tmp_path / "secret")})
    assert getattr(settings, setting.field) == GOOD[setting.name]


def test_a_secret_file_that_is_missing_is_refused(tmp_path):
    assert "QFLOW_SECRET_KEY_FILE" in refusal({"QFLOW_SECRET_KEY_FILE": str(tmp_path / "none")})


def test_a_secret_given_twice_is_refused(tmp_path):
    (tmp_path / "key").write_text("b")
    message = refusal({"QFLOW_SECRET_KEY": "a", "QFLOW_SECRET_KEY_FILE": str(tmp_path / "key")})
    assert "keep one" in message


def test_a_wrong_secret_is_not_shown():
    assert "hunter2" not in refusal({"QFLOW_DATABASE_URL": "mysql://root:hunter2@db/x"})


def test_options_win_over_the_environment_which_wins_over_the_file(tmp_path):
    environ = write(
        tmp_path / "c.yaml", "qflow:\n  networking:\n    apiPort: 1\n  dispatch:\n    workers: 2\n"
    )
    environ |= {"QFLOW_PORT": "3", "QFLOW_DATA_DIR": str(tmp_path)}
    assert load(environ, {"port": "4"}).port == 4
    assert load(environ).port == 3
    assert load(environ).workers == 2


def test_a_wrong_option_is_named_as_an_option():
    assert "--port: 'x' is not" in refusal({}, {"port": "x"})


REFERENCE = """\
qflow:
  engine:
    maxConcurrentFlows: 17
    defaultTimeout: 4000
    checkpointInterval: 30000

  validation:
    enablePipeline: true
    timeoutPerLayer: 5000
    retryAttempts: 3

  sandbox:
    wasmRuntime: "wasmtime"
    maxMemoryMB: 128
    maxExecutionTimeMs: 30000
    allowedModules: ["dao-approved"]

  networking:
    libp2pPort: 4001
    apiPort: 8181
    metricsPort: 9090
"""


def test_the_reference_file_is_understood(tmp_path):
    settings = load(write(tmp_path / "qflow-config.yaml", REFERENCE))
    assert settings.port == 8181
    assert settings.limits.executions_running_max == 17
    assert settings.limits.step_timeout_ms == 4000


def test_keys_for_parts_that_do_not_exist_yet_are_warned_about_with_their_part(tmp_path):
    warnings = load(write(tmp_path / "qflow-config.yaml", REFERENCE)).warnings
    assert len(warnings) == len(RESERVED)
    assert any("line 13" in warning and "for the sandbox" in warning for warning in warnings)


def test_an_unknown_key_is_refused_with_its_line_and_the_nearest_key(tmp_path):
    message = refusal(write(tmp_path / "c.yaml", "qflow:\n  networking:\n    apiPrt: 1\n"))
    assert "qflow.networking.apiPrt (line 3)" in message
    assert "did you mean qflow.networking.apiPort?" in message


@pytest.mark.parametrize("text", ["- a\n", "other: 1\n", "qflow: 3\n", "qflow:\n  - a\n", "qflow: [\n"])
def test_a_file_of_another_shape_is_refused(tmp_path, text):
    assert "c.yaml" in refusal(write(tmp_path / "c.yaml", text))


def test_an_empty_file_changes_nothing(tmp_path):
    assert load(write(tmp_path / "c.yaml", "")).port == 8080


def test_a_named_file_that_is_missing_is_refused(tmp_path):
    assert "cannot read" in refusal({"QFLOW_CONFIG": str(tmp_path / "none.yaml")})


def test_the_file_in_the_data_directory_is_found(tmp_path):
    write(tmp_path / "qflow-config.yaml", "qflow:\n  limits:\n    leaseMs: 9000\n")
    assert load({}, {"data_dir": str(tmp_path)}).limits.lease_ms == 9000


def test_a_wrong_value_in_the_file_names_its_line(tmp_path):
    message = refusal(write(tmp_path / "c.yaml", "qflow:\n  networking:\n    apiPort: high\n"))
    assert "c.yaml line 3" in message


def test_every_setting_can_stand_in_the_file(tmp_path):
    import json

    for setting in (*SETTINGS, *LIMITS):
        if not setting.key:
            continue
        value = GOOD.get(setting.name, "7")
        head, leaf = setting.key.split(".")
        environ = write(tmp_path / "c.yaml", f"qflow:\n  {head}:\n    {leaf}: {json.dumps(value)}\n")
        holder = load(environ)
        changed = getattr(holder, setting.field, None) or getattr(holder.limits, setting.field)
        assert changed, setting.key


def test_a_secret_of_the_file_may_be_a_file(tmp_path):
    (tmp_path / "url").write_text("redis://elsewhere\n")
    text = f"qflow:\n  dispatch:\n    brokerUrlFile: {tmp_path / 'url'}\n"
    assert load(write(tmp_path / "c.yaml", text)).broker_url == "redis://elsewhere"


def test_other_names_lead_to_keys_that_exist():
    keys = {setting.key for setting in (*SETTINGS, *LIMITS)}
    assert set(SAME_AS.values()) <= keys


def test_a_misspelt_variable_is_warned_about():
    assert "did you mean QFLOW_PORT" in "".join(load({"QFLOW_PROT": "1"}).warnings)


@pytest.mark.parametrize(
    ("environ", "drive", "channel"),
    [
        ({}, "here", "memory://"),
        ({"QFLOW_BROKER_URL": "redis://r"}, "bell", "redis://r"),
        ({"QFLOW_BROKER_URL": "amqp://r"}, "bell", "memory://"),
        ({"QFLOW_BROKER_URL": "amqp://r", "QFLOW_REDIS_URL": "redis://s"}, "bell", "redis://s"),
        ({"QFLOW_BROKER_URL": "amqp://r", "QFLOW_DRIVE": "here"}, "here", "memory://"),
        ({"QFLOW_REDIS_URL": "redis://s", "QFLOW_CHANNEL_URL": "memory://"}, "here", "memory://"),
    ],
)
def test_drive_and_channel_follow_the_broker(environ, drive, channel):
    settings = load(environ)
    assert (settings.drive, settings.channel) == (drive, channel)


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({"QFLOW_HOST": "0.0.0.0"}, "http://127.0.0.1:8080"),
        ({"QFLOW_HOST": "::1", "QFLOW_PORT": "1"}, "http://[::1]:1"),
        ({"QFLOW_PUBLIC_URL": "https://q.example.com/"}, "https://q.example.com"),
    ],
)
def test_the_base_url_is_one_that_can_be_called(environ, url):
    assert load(environ).base_url == url


def test_host_names_follow_the_public_url():
    assert "q.example.com" in load({"QFLOW_PUBLIC_URL": "https://q.example.com:444"}).hosts
    assert load({"QFLOW_HOST": "0.0.0.0"}).hosts == ["*"]
    assert load({"QFLOW_ALLOWED_HOSTS": "a,b"}).hosts == ["a", "b"]


def test_the_secret_key_and_the_node_id_are_made_once_and_kept_private(tmp_path):
    environ = {"QFLOW_DATA_DIR": str(tmp_path / "new")}
    first, second = load(environ), load(environ)
    assert first.secret_key == second.secret_key
    assert first.node_id == second.node_id
    assert len(first.secret_key) >= 50
    assert stat.S_IMODE((tmp_path / "new" / "secret-key").stat().st_mode) == 0o600
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["node-id", "secret-key"]


def test_what_is_shown_hides_every_secret_and_says_where_values_come_from(tmp_path: Path) -> None:
    config = write(tmp_path / "c.yaml", "qflow:\n  networking:\n    apiPort: 7000\n")
    given = {name: value for name, value in GOOD.items() if name != "QFLOW_PORT"}
    settings = load({**given, **config}, {"workers": "5"})
    node, limits = setting_views(settings)
    shown = {view.name: view for view in (*node, *limits)}
    assert not [secret for secret in SECRETS if secret in str(list(shown.values()))]
    assert (shown["QFLOW_PORT"].value, shown["QFLOW_PORT"].source) == (7000, "c.yaml line 3")
    assert shown["QFLOW_WORKERS"].source == "option --workers"
    assert shown["QFLOW_HOST"].source == "environment"
    assert shown["QFLOW_LIMIT_FLOWS_MAX"].source == "default"
    assert all(view.help for view in node)
