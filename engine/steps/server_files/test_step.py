"""Tests of server.files against real servers on loopback."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import EgressDenied, InvalidInput, PayloadTooLarge, QflowError, StepFailure
from engine.base.limits import Limits
from engine.ports.policy import PERSONAL, EgressPolicy, Policy
from engine.ports.step_catalogue import Effect
from engine.steps.server_files.entries import walk
from engine.steps.server_files.step import ServerFilesStep
from engine.testing.step_bench import StepBench, json_of
from tests.servers.base import Listener
from tests.servers.certificates import Authority
from tests.servers.ftp import FtpServer
from tests.servers.ssh import SshServer

OPEN = Policy(PERSONAL, egress=EgressPolicy(allow=("127.0.0.0/8",)))
KINDS = ("sftp", "ftp", "ftp without MLSD", "ftps")


class Files:
    """A server and its folder, and what a step does there."""

    timeout_ms = 20_000

    def __init__(self, kind, root, server, **more):
        self.kind, self.root, self.server = kind.split(" ")[0], root, server
        self.where = {"host": "127.0.0.1", "port": server.port, "user": "ann", "password": "secret", **more}

    def run(self, operation, path, *, item=None, policy=OPEN, server=None, limits=None, **parameters):
        given = {"protocol": self.kind, "operation": operation, "path": path, **parameters}
        self.bench = StepBench(
            "server.files",
            {**given, "server": {**self.where, **(server or {})}},
            policy=policy,
            limits=limits or Limits(),
            timeout_ms=self.timeout_ms,
        )
        found = {"json": {"n": 1}} if item is None else {"json": {}, "binary": {"data": self._file(item)}}
        return self.bench.run([found]).outputs["main"]

    def _file(self, data):
        return self.bench.context().binaries.put(data, file_name="x")

    def fetched(self, path):
        (item,) = self.run("download", path)
        return self.bench.context().binaries.open(item["binary"]["data"]).read()


@pytest.fixture(params=KINDS)
def files(request, tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    if request.param == "sftp":
        with SshServer(root) as server:
            yield Files("sftp", root, server, hostKey=server.fingerprint)
    elif request.param == "ftps":
        authority = Authority()
        certificate = authority.server("127.0.0.1").write(tmp_path, "ftp")
        with FtpServer(root, certificate) as server:
            yield Files("ftps", root, server, caCertificate=authority.certificate)
    else:
        with FtpServer(root, without=("MLSD",) if "MLSD" in request.param else ()) as server:
            yield Files("ftp", root, server)


def test_files_are_sent_and_fetched(files):
    data = bytes(range(256)) * 3_000
    assert files.run("upload", "/a ä.bin", item=data) and (files.root / "a ä.bin").read_bytes() == data
    assert files.fetched("/a ä.bin") == data
    files.run("upload", "/t.txt", text="hällo")
    assert (files.root / "t.txt").read_bytes() == "hällo".encode()


def test_folders_are_listed_with_what_is_below(files):
    (files.root / "d" / "e").mkdir(parents=True)
    (files.root / "d" / "one file.txt").write_text("123")
    (files.root / "d" / "e" / "two").write_text("")
    found = {entry["path"]: (entry["type"], entry["name"]) for entry in json_of(files.run("list", "/d"))}
    assert found == {"/d/e": ("d", "e"), "/d/one file.txt": ("-", "one file.txt")}
    sizes = {entry["path"]: entry["size"] for entry in json_of(files.run("list", "/d/", recursive=True))}
    assert set(sizes) == {"/d/e", "/d/one file.txt", "/d/e/two"}
    assert sizes["/d/one file.txt"] == 3


def test_files_and_folders_are_renamed_and_deleted(files):
    files.run("upload", "/x/y/a", text="1", makeFolders=True)
    files.run("rename", "/x/y/a", to="/z/b", makeFolders=True)
    assert (files.root / "z" / "b").read_text() == "1"
    files.run("delete", "/z/b")
    files.run("delete", "/z", folder=True)
    assert [path.name for path in files.root.iterdir()] == ["x"]
    files.run("upload", "/x/c", text="1")
    with pytest.raises(StepFailure):
        files.run("delete", "/x", folder=True)
    files.run("delete", "/x", folder=True, recursive=True)
    assert list(files.root.iterdir()) == []


def test_what_is_not_there_is_told(files):
    for operation in ("download", "delete"):
        with pytest.raises(StepFailure):
            files.run(operation, "/none")
    with pytest.raises(InvalidInput, match="to"):
        files.run("rename", "/a")


def test_a_wrong_password_is_told_without_it(files):
    with pytest.raises(StepFailure) as caught:
        files.run("list", "/", server={"password": "wrong-one"})
    assert "wrong-one" not in str(caught.value)


def test_a_file_too_large_is_not_kept(files):
    (files.root / "big").write_bytes(b"x" * 5_000)
    with pytest.raises(PayloadTooLarge):
        files.run("download", "/big", limits=Limits(binary_bytes_max=4_000))


def test_no_path_adds_a_command(files):
    for path in ("/a\r\nDELE /b", "/a\nX", "/a\x00"):
        with pytest.raises(InvalidInput, match="control"):
            files.run("download", path)


def test_the_egress_policy_stands_before_the_server(files):
    with pytest.raises(EgressDenied):
        files.run("list", "/", policy=Policy(PERSONAL))
    with pytest.raises(EgressDenied):
        files.run("list", "/", server={"host": "localhost"}, policy=Policy(PERSONAL))


def test_the_certificate_and_the_key_of_the_machine_are_checked(files):
    if files.kind == "sftp":
        with pytest.raises(StepFailure, match="SHA256"):
            files.run("list", "/", server={"hostKey": ""})
    if files.kind == "ftps":
        with pytest.raises(StepFailure, match="certificate"):
            files.run("list", "/", server={"caCertificate": ""})


def test_listing_reads_and_sending_writes():
    effect = ServerFilesStep().effect
    assert effect({}) == effect({"operation": "list"}) == Effect.READ
    assert effect({"operation": "upload"}) == effect({"operation": "$json.op"}) == Effect.WRITE


def answering(*answers):
    """A server that says these lines, one for each that comes in."""

    def serve(sock: socket.socket) -> None:
        stream = sock.makefile("rwb")
        for answer in answers:
            stream.write(answer + b"\r\n")
            stream.flush()
            if not stream.readline():
                return

    return Listener(serve)


def test_data_never_come_from_another_address():
    """A server that names the metadata address for its data is asked at its own address."""
    with Listener(lambda sock: None) as other:
        port = other.port
        passive = f"227 (169,254,169,254,{port // 256},{port % 256})".encode()
        with answering(b"220 x", b"331 x", b"230 x", b"200 x", passive, b"150 x") as liar:
            there = Files("ftp", None, liar)
            there.timeout_ms = 1_000
            with pytest.raises(QflowError):
                there.run(
                    "download", "/a", policy=Policy(PERSONAL, egress=EgressPolicy(allow=("127.0.0.1",)))
                )
        assert other.accepted == 1


def test_ports_for_data_are_judged_too():
    with Listener(lambda sock: None) as other:
        passive = f"227 (127,0,0,1,{other.port // 256},{other.port % 256})".encode()
        with answering(b"220 x", b"331 x", b"230 x", b"200 x", passive, b"150 x") as liar:
            policy = Policy(PERSONAL, egress=EgressPolicy(allow=(f"127.0.0.1:{liar.port}",)))
            with pytest.raises(EgressDenied):
                Files("ftp", None, liar).run("download", "/a", policy=policy)
        assert other.accepted == 0


@pytest.mark.parametrize("name", ["../../etc", "a/b", "..", "a\nb"])
def test_names_that_lead_elsewhere_are_refused(name):
    class Lying:
        def entries(self, path):
            return [{"type": "d", "name": name}]

    with pytest.raises(StepFailure, match="none can have"):
        list(walk(Lying(), "/x", deep=True))


def test_folders_without_end_are_refused():
    class Endless:
        def entries(self, path):
            return [{"type": "d", "name": "d"}]

    with pytest.raises(StepFailure, match="too deep"):
        list(walk(Endless(), "/x", deep=True))


@settings(max_examples=25, deadline=None)
@given(said=st.lists(st.binary(max_size=60), max_size=6))
def test_whatever_a_server_says_is_an_error_of_ours(said):
    with answering(*said) as strange, pytest.raises(QflowError):
        there = Files("ftp", None, strange)
        there.timeout_ms = 500
        there.run("download", "/a")
