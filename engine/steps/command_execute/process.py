"""A command in a process group of its own, with nothing of the node's in its hands."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from engine.base.errors import PayloadTooLarge, TimedOut
from engine.ports.step_catalogue import Cancellation
from engine.steps.command_execute import launch

_LAUNCH = Path(launch.__file__)
_PIECE = 64 * 1024
_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended; ``code`` is negative where a signal ended it."""

    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a command may take: seconds, bytes of output, bytes of memory."""

    seconds: float
    output: int
    memory: int


def carried_out(argv: list[str], stdin: str, bounds: Bounds, cancellation: Cancellation) -> Ended:
    """Run it to its end in an empty folder. Raises :class:`TimedOut` and :class:`PayloadTooLarge`; the whole
    group of processes is killed in any case, those it left behind too."""
    with tempfile.TemporaryDirectory(prefix="qflow-command-") as folder:
        group = _Group(_started(argv, folder, bounds))
        cancellation.on_cancel(group.kill)
        try:
            writer = threading.Thread(target=_write, args=(group.leader.stdin, stdin), daemon=True)
            writer.start()
            out, errors = _read(group, bounds)
            group.wait(bounds.seconds)
        finally:
            code = group.end()
    cancellation.check()
    return Ended(code, _text(out), _text(errors))


class _Group:
    """The processes of a command. Their group bears the number of the first one, which is given to nobody
    else before that one was waited for; from then on nothing is killed."""

    def __init__(self, leader: subprocess.Popen[bytes]) -> None:
        self.leader = leader
        self._lock = threading.Lock()
        self._over = False

    def kill(self) -> None:
        """End all of them; may be called from any thread and at any time."""
        with self._lock:
            if not self._over:
                _signal(self.leader.pid)

    def has_ended(self) -> bool:
        """Whether the first one has; it is not waited for."""
        options = os.WEXITED | os.WNOWAIT | os.WNOHANG
        return os.waitid(os.P_PID, self.leader.pid, options) is not None

    def wait(self, seconds: float) -> None:
        """Until the first one has ended; raises :class:`TimedOut`."""
        ends = time.monotonic() + seconds
        while not self.has_ended():
            if time.monotonic() >= ends:
                raise TimedOut("the command takes longer than the step may")
            time.sleep(_LOOK_S / 50)

    def end(self) -> int:
        """Kill what is left, and give the exit code of the first one; negative for a signal."""
        with self._lock:
            _signal(self.leader.pid)
            code = self.leader.wait()
            self._over = True
        for stream in (self.leader.stdin, self.leader.stdout, self.leader.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        return code


def _started(argv: list[str], folder: str, bounds: Bounds) -> subprocess.Popen[bytes]:
    seconds = str(int(bounds.seconds) + 1)
    return subprocess.Popen(  # noqa: S603 - the policy names the program
        [sys.executable, "-I", "-S", str(_LAUNCH), str(bounds.memory), seconds, *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={},
        close_fds=True,
        start_new_session=True,
    )


def _write(target: IO[bytes] | None, text: str) -> None:
    data = text.encode("utf-8", "replace")
    with contextlib.suppress(OSError, ValueError):  # it did not want it
        if target is not None:
            target.write(data)
            target.close()


def _read(group: _Group, bounds: Bounds) -> tuple[bytes, bytes]:
    """Both streams, until the command has ended or closed them."""
    process = group.leader
    found: dict[Any, bytearray] = {process.stdout: bytearray(), process.stderr: bytearray()}
    ends = time.monotonic() + bounds.seconds
    with selectors.DefaultSelector() as selector:
        for stream in found:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            left = ends - time.monotonic()
            if left <= 0:
                raise TimedOut("the command takes longer than the step may")
            ready = selector.select(min(left, _LOOK_S))
            if not ready and group.has_ended():
                break  # what it left behind holds the streams open
            for key, _ in ready:
                piece = os.read(key.fd, _PIECE)
                if not piece:
                    selector.unregister(key.fileobj)
                found[key.fileobj] += piece
            if sum(map(len, found.values())) > bounds.output:
                raise PayloadTooLarge(f"the command writes more than {bounds.output} bytes")
    return bytes(found[process.stdout]), bytes(found[process.stderr])


def _signal(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
