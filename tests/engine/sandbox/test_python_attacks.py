"""Attacks on the Python guest: each is contained, and the next call works."""

from __future__ import annotations

import os
import threading
import time

import pytest

from engine.base.errors import QflowError, SandboxViolation, StepFailure
from engine.ports.sandbox import MEBIBYTE, CodeRequest, SandboxLimits, spent
from tests.engine.sandbox.conftest import NEW_YORK

SMALL = SandboxLimits(memory_bytes=64 * MEBIBYTE, deadline_ms=1_000, output_bytes=MEBIBYTE)
SECRET = "the-host-must-not-show-this"


@pytest.fixture
def run(sandbox):
    def run(source, limits=SMALL):
        return sandbox.run_code(CodeRequest("python", source, [], NEW_YORK), limits)

    return run


@pytest.fixture(autouse=True)
def the_next_call_works(run, monkeypatch):
    monkeypatch.setenv("QFLOW_TEST_SECRET", SECRET)
    run("return []", SandboxLimits(deadline_ms=60_000))
    yield
    assert run("return {'a': 1}").items == [{"json": {"a": 1}}]


REFUSED = [
    "import os\nos.system('id')",
    "import os\nos.execv('/bin/sh', ['sh'])",
    "import os\nos.fork()",
    "import os\nos.popen('id').read()",
    "import os\nos.open('/etc/passwd', 0)",
    "import os\nos.mkdir('/made')",
    "import os\nos.listdir('/proc/self')",
    "import os\nos.kill(1, 9)",
    "import subprocess\nsubprocess.run(['id'])",
    "import ctypes\nctypes.CDLL(None)",
    "import _ctypes",
    "import mmap",
    "import multiprocessing\nmultiprocessing.Process(target=print).start()",
    "import threading\nthreading.Thread(target=print).start()",
    "import socket\nsocket.socket().connect(('127.0.0.1', 80))",
    "import socket\nsocket.create_connection(('localhost', 80))",
    "import urllib.request\nurllib.request.urlopen('http://127.0.0.1/')",
    "import ssl",
    "open('/etc/passwd').read()",
    "open('/proc/self/environ').read()",
    "open('../../etc/hostname').read()",
    "open('/made', 'w').write('x')",
    "import sys\nsys.path.append('/usr/lib/python3')\nimport wasmtime",
    "input()[0]",
    "import signal\nsignal.alarm(1)",
    "import resource",
    "import pty\npty.spawn('sh')",
    "import shutil\nshutil.rmtree('/usr', ignore_errors=False)",
    "getattr(__import__('os'), 'sys' + 'tem')('id')",
    "().__class__.__base__.__subclasses__()[0].__init__.__globals__['os']",
    "exec('import engine.base.errors')",
]


@pytest.mark.escape(
    "Python: processes, files, sockets, native modules",
    "CVE-2025-68668 (n8n)",
    outcome="refused",
)
@pytest.mark.parametrize("source", REFUSED)
def test_ways_out_lead_nowhere(run, source):
    with pytest.raises(QflowError) as caught:
        run(source + "\nreturn {'reached': True}")
    assert SECRET not in caught.value.message
    assert os.getcwd() not in caught.value.message


LOOKS = [
    # walks from an object to every class there is, and on to every module's names
    "found = [c for c in object.__subclasses__() if c.__name__ == '_wrap_close']\n"
    "names = found[0].__init__.__globals__ if found else {}\nreturn {'a': str(names.get('environ'))}",
    "return {'a': str([c.__init__.__globals__.get('sys').modules['os'].environ\n"
    "  for c in object.__subclasses__() if hasattr(c.__init__, '__globals__')\n"
    "  and 'sys' in c.__init__.__globals__][:3])}",
    # format strings that reach for attributes
    "class A: pass\nreturn {'a': '{0.__class__.__init__.__globals__}'.format(Exception())}",
    "import os\nreturn {'a': '{0.environ}'.format(os)}",
    "import string\nreturn {'a': string.Formatter().format('{0.__class__.__mro__}', 1)}",
    # AttributeError and NameError carry objects
    "try:\n    ().nothing\nexcept AttributeError as e:\n    return {'a': str(e.obj.__class__.__base__)}",
    "try:\n    nothing\nexcept NameError as e:\n    return {'a': str(e.__traceback__.tb_frame.f_builtins)}",
    # frames, tracing and the collector
    "import sys\nreturn {'a': str(sys._getframe(1).f_globals)[:5000]}",
    "import sys\nframe = sys._getframe()\nout = []\nwhile frame:\n    out.append(str(frame.f_locals)[:999])\n"
    "    frame = frame.f_back\nreturn {'a': out}",
    "import gc\nreturn {'a': str([o for o in gc.get_objects() if isinstance(o, dict)])[:5000]}",
    "import sys\nseen = []\nsys.settrace(lambda *a: seen.append(str(a[1])))\nlen('')\nsys.settrace(None)\n"
    "return {'a': seen}",
    "import sys\nsys.setprofile(lambda *a: None)\nreturn {'a': 1}",
    "import os\nreturn {'a': [dict(os.environ), os.getcwd(), os.getpid()]}",
    "import os\nout = {}\nfor root, _, files in os.walk('/'):\n    out[root] = files[:3]\nreturn {'a': out}",
    "import platform, sys\nreturn {'a': [platform.node(), sys.executable, sys.argv, sys.path]}",
    "import builtins\nbuiltins.open = None\nreturn {'a': 1}",
    "import json\njson.dumps = None\njson.loads = None\nreturn {'a': 1}",
]


@pytest.mark.escape(
    "Python: introspection, frames, collector, tracing",
    "CVE-2023-37271 (RestrictedPython)",
    outcome="reaches only the guest",
)
@pytest.mark.parametrize("source", LOOKS)
def test_looking_around_shows_the_guest_alone(run, source):
    try:
        shown = str(run(source).items)
    except QflowError as error:
        shown = error.message
    for word in (SECRET, os.getcwd(), "wasmtime", "engine.", "site-packages"):
        assert word not in shown


BOMBS = {
    "while True: pass": "time",
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass": "time",
    "import re\nre.match('(a+)+$', 'a' * 60 + 'b')": "time",
    "10 ** 10 ** 8": "time",
    "sum(range(10 ** 12))": "time",
    "for _ in iter(int, 1): pass": "time",
    "x = 'a' * 10 ** 9": "memory",
    "x = []\nwhile True: x.append('a' * 10 ** 6)": "memory",
    "x = [0] * 10 ** 9": "memory",
    "x = bytearray(2 ** 31 - 1)": "memory",
    "return {'a': 'x' * 2 * 10 ** 6}": "output",
    "import os\nwhile True: os.write(1, b'x' * 10_000)": "output",
    "import os\nos._exit(0)": "exit",
    "import os\nos.abort()": "trap",
    "import os\nos.write(1, b'{}')\nreturn []": "guest",
    "import os\nos.write(1, b'[1]')\nos.close(1)\nreturn []": "guest",
}


@pytest.mark.escape(
    "Exhaustion: Python loops, memory, output, exits",
    "CWE-400",
    outcome="stopped at its limit",
)
@pytest.mark.parametrize("source", BOMBS)
def test_a_bomb_is_stopped_at_its_limit(run, source):
    with pytest.raises(SandboxViolation) as caught:
        run(source)
    assert caught.value.details["limit"] == BOMBS[source]


def test_starved_code_keeps_what_it_printed_and_tells_what_it_used(run):
    with pytest.raises(SandboxViolation) as caught:
        run("print('begun')\nprint(1, 2)\nx = []\nwhile True: x.append('a' * 10 ** 6)")
    assert caught.value.details["limit"] == "memory"
    assert caught.value.details["logs"] == ["begun", "1 2"]
    assert spent(caught.value).usage.wall_us > 0
    assert spent(caught.value).code


LIMITLESS = "import sys\nsys.setrecursionlimit(10 ** 9)\n"
DEEP = [
    "def f(): return f()\nf()",
    LIMITLESS + "def f(): return f()\nf()",
    LIMITLESS + "class A:\n    def __getattr__(self, n): return getattr(self, n + 'x')\nA().a",
    LIMITLESS + "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
    "x = []\nfor _ in range(100_000): x = [x]\nreturn {'x': x}",
    "x = []\nfor _ in range(100_000): x = [x]\nrepr(x)",
    "eval('(' * 10_000 + ')' * 10_000)",
    "eval('-' * 100_000 + '1')",
    "exec('f' + '()' * 50_000)",
    "x = 1\n" + "x = " + "(" * 150 + "1" + ")" * 150,
    "return " + "-" * 50_000 + "1",
    "class E(Exception):\n    def __str__(self): return str(self)\nraise E",
    "class E(Exception):\n    def __str__(self): raise SystemExit\nraise E",
    "class E(BaseException):\n    __traceback__ = 5\nraise E",
    "f = (lambda: 0)\nf.__code__ = f.__code__.replace(co_code=bytes(range(256)) * 4)\nf()",
    "import _testcapi\n_testcapi.crash_no_current_thread()",
    "import faulthandler\nfaulthandler._sigsegv()",
    "raise MemoryError",
    "raise KeyboardInterrupt",
    "raise GeneratorExit",
    "raise StopIteration",
]


@pytest.mark.escape(
    "Exhaustion: Python recursion, broken byte code, crashes",
    "CWE-674",
    outcome="a typed error",
)
@pytest.mark.parametrize("source", DEEP)
def test_deep_and_broken_code_ends_in_a_typed_error(run, source):
    with pytest.raises((StepFailure, SandboxViolation)):
        run(source)


def test_nothing_is_left_for_the_next_call(run):
    run("import builtins, json, sys\nbuiltins.left = 1\njson.left = 2\nsys.modules['left'] = json\nreturn []")
    source = "import builtins, json, sys\nreturn {'a': [hasattr(builtins, 'left'), hasattr(json, 'left'),\n"
    assert run(source + "  'left' in sys.modules]}").items == [{"json": {"a": [False, False, False]}}]


def test_a_loop_is_stopped_soon_after_its_deadline_while_others_go_on(run):
    done = []

    def loop() -> None:
        started = time.perf_counter()
        with pytest.raises(SandboxViolation):
            run("while True: pass", SandboxLimits(deadline_ms=500))
        done.append(time.perf_counter() - started)

    thread = threading.Thread(target=loop)
    thread.start()
    calls = 0
    while thread.is_alive():
        run("return []")
        calls += 1
    thread.join()
    assert calls >= 1
    assert 0.4 < done[0] < 15
