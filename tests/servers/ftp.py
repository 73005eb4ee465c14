"""A real FTP server on loopback (pyftpdlib), with or without TLS."""

from __future__ import annotations

import threading
import warnings
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.servers import FTPServer


class FtpServer:
    """The user ``ann`` with the password ``secret`` has all rights below a folder. ``without`` are commands
    that it does not know; ``tls`` are the files of its certificate and key."""

    def __init__(self, root: Path, tls: tuple[str, str] | None = None, without: tuple[str, ...] = ()) -> None:
        users = DummyAuthorizer()
        users.add_user("ann", "secret", str(root), perm="elradfmwMT")
        base = TLS_FTPHandler if tls else FTPHandler
        known = {name: told for name, told in base.proto_cmds.items() if name not in without}
        more = {
            "authorizer": users,
            "banner": "ready",
            "proto_cmds": known,
            "use_sendfile": False,
            "auth_failed_timeout": 0.05,
        }
        if tls:
            more |= {
                "certfile": tls[0],
                "keyfile": tls[1],
                "tls_control_required": True,
                "tls_data_required": True,
            }
        self._server = FTPServer(("127.0.0.1", 0), type("Handler", (base,), more))
        self.port = self._server.address[1]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._server.serve_forever(timeout=0.02, blocking=False, handle_exit=False)

    def __enter__(self) -> FtpServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(30)
        self._server.close_all()
