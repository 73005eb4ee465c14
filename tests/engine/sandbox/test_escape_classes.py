"""Published classes of escapes from comparable engines, as code steps: each stays inside, and the next
call works. ``docs/security.md`` lists every test that carries the mark ``escape``."""

# ruff: noqa: E501 -- attacks are easier to read on one line

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.base.errors import QflowError, SandboxViolation
from engine.ports.sandbox import MEBIBYTE, CodeRequest, SandboxLimits
from tests.engine.sandbox.conftest import NEW_YORK

SMALL = SandboxLimits(memory_bytes=64 * MEBIBYTE, deadline_ms=1_000, output_bytes=MEBIBYTE)
SECRET = "the-host-must-not-show-this"
Attack = Callable[[str], str]


@pytest.fixture
def attack(sandbox: Any) -> Attack:
    """Runs hostile code in one language; gives all that came out of it, as text."""

    def run(language: str, source: str) -> str:
        request = CodeRequest(language, source, [{"json": {"a": 1}}], NEW_YORK)
        try:
            result = sandbox.run_code(request, SMALL)
        except QflowError as error:
            return f"{error.message} {error.details}"
        return f"{result.items} {result.logs}"

    return run


@pytest.fixture(autouse=True)
def the_next_call_works(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("QFLOW_TEST_SECRET", SECRET)
    calm = SandboxLimits(deadline_ms=60_000)
    sandbox.run_code(CodeRequest("python", "return []", [], NEW_YORK), calm)
    yield
    for language, source in (("javascript", "return { a: 1 }"), ("python", "return {'a': 1}")):
        assert sandbox.run_code(CodeRequest(language, source, [], NEW_YORK), calm).items[0]["json"] == {
            "a": 1
        }


def contained(shown: str) -> None:
    """Nothing of the host came out."""
    for word in (SECRET, os.getcwd(), "site-packages", "wasmtime", "uid=", "root:x:"):
        assert word not in shown


REACH = "('return typeof process + typeof require + typeof globalThis.process')()"
TRUST = "undefinedundefinedundefined"


@pytest.mark.escape(
    "JavaScript: Proxy traps that catch objects of the host", "CVE-2023-32314 (vm2)", outcome="no host object"
)
@pytest.mark.parametrize(
    "trap",
    [
        "new Proxy(class {}, { construct(t, args, n) { throw n.constructor.constructor%s } })",
        "new Proxy({}, { getPrototypeOf(t) { throw t.constructor.constructor%s } })",
        "new Proxy(() => {}, { apply(t, self, args) { throw args.constructor.constructor%s } })",
        "new Proxy({}, { get(t, name, self) { throw (() => {}).constructor%s } })",
        "new Proxy([], { ownKeys() { throw [].constructor.constructor%s } })",
    ],
)
def test_a_proxy_sees_only_values_of_its_own_realm(attack: Any, trap: str) -> None:
    use = "new x; Object.getPrototypeOf(x); x(); x.a; Object.keys(x)"
    tries = "".join(f"try {{ {one} }} catch (e) {{ out.push(String(e)) }}" for one in use.split("; "))
    source = f"const out = []; const x = {trap % REACH}; {tries} return {{ out }}"
    shown = attack("javascript", source)
    assert TRUST in shown
    contained(shown)
    contained(attack("javascript", f"return {trap % REACH}"))


@pytest.mark.escape(
    "JavaScript: Error.prepareStackTrace and call sites",
    "CVE-2022-36067, CVE-2023-29017 (vm2)",
    outcome="never called",
)
def test_a_stack_trace_hook_gets_no_call_sites(attack: Any) -> None:
    for owner in ("Error", "globalThis.Error", "TypeError", "Object.prototype"):
        source = f"""
          let seen = 'none';
          try {{ {owner}.prepareStackTrace = (error, sites) => {{ seen = sites.map((s) => typeof s.getThis) }} }}
          catch {{ }}
          try {{ null.x }} catch (error) {{ void error.stack }}
          return {{ seen }}"""
        shown = attack("javascript", source)
        assert "'seen': 'none'" in shown
        contained(shown)


@pytest.mark.escape(
    "JavaScript: exceptions made by the host",
    "CVE-2019-10761, CVE-2023-29199, CVE-2023-30547 (vm2)",
    outcome="errors are the guest's own",
)
@pytest.mark.parametrize(
    "thrower",
    [
        "(function f() { f() })()",
        "const e = new Error(); e.name = Symbol(); e.stack",
        "JSON.parse('{')",
        "new Array(-1)",
        "'x'.repeat(-1)",
        "BigInt(1.5)",
        "await import('fs')",
        "new Intl.NumberFormat('xx-invalid-locale-zz-yy')",
        "$input.first(9).x.y",
        "DateTime.fromISO({ toString() { null.x } })",
    ],
)
def test_an_error_leads_only_to_the_realm_it_was_thrown_in(attack: Any, thrower: str) -> None:
    source = f"""
      const out = [];
      try {{ {thrower} }} catch (e) {{
        out.push(typeof e?.constructor?.constructor === 'function' && e.constructor.constructor{REACH}) }}
      return {{ out }}"""
    shown = attack("javascript", source)
    assert TRUST in shown or "'out': []" in shown
    contained(shown)


@pytest.mark.escape(
    "JavaScript: promises, species and async generators",
    "CVE-2023-37466, CVE-2026-22709, CVE-2026-45411 (vm2)",
    outcome="handlers see only the guest's values",
)
@pytest.mark.parametrize(
    "source",
    [
        "const p = (async () => { null.x })(); return { a: await p.catch((e) => e.constructor.constructor%s) }",
        "class P extends Promise { static get [Symbol.species]() { return function (f) {"
        " f((v) => v, (e) => { throw e.constructor.constructor%s }) } } }"
        " try { P.reject(new Error()).then() } catch (e) { return { a: String(e) } } return { a: '"
        + TRUST
        + "' }",
        "async function* g() { yield* { [Symbol.asyncIterator]: () => ({ next: () => ({ then(ok, no) {"
        " no(new Error()) } }) }) } } try { for await (const x of g()) { } } catch (e) {"
        " return { a: e.constructor.constructor%s } }",
        "const p = Promise.resolve(1); return { a: await p.finally(() => { }).then(() => p.constructor.constructor%s) }",
        "return { a: await Promise.any([Promise.reject(1)]).catch((e) => e.errors.constructor.constructor%s) }",
    ],
)
def test_a_promise_hands_over_only_what_the_guest_made(attack: Any, source: str) -> None:
    shown = attack("javascript", source % REACH if "%s" in source else source)
    assert TRUST in shown or "a promise that nobody settles" in shown
    contained(shown)


@pytest.mark.escape(
    "JavaScript: rejections that nobody handles", "CVE-2026-44001 (vm2)", outcome="the node goes on"
)
def test_a_rejection_that_nobody_handles_ends_with_its_call(attack: Any) -> None:
    for source in (
        "Promise.reject(new Error('lost')); return []",
        "new Promise((ok, no) => { no(1) }); new Promise(() => { throw 2 }); return []",
        "setTimeout(() => { throw new Error('late') }, 0); await new Promise((ok) => setTimeout(ok, 1)); return []",
        "queueMicrotask?.(() => { throw 1 }); return []",
    ):
        contained(attack("javascript", source))


@pytest.mark.escape(
    "JavaScript: inspection hooks of console and serialisers", "CVE-2023-37903 (vm2)", outcome="plain text"
)
def test_whoever_prints_or_serialises_calls_no_hook_with_a_host_object(attack: Any) -> None:
    hooks = "[Symbol.for('nodejs.util.inspect.custom')]: f, inspect: f, toJSON: f, toString: f, valueOf: f"
    source = f"""
      const out = [];
      const f = (...given) => {{
        for (const one of given) if (one?.constructor) out.push(one.constructor.constructor{REACH});
        return 'x' }};
      const o = {{ {hooks}, [Symbol.toPrimitive]: f }};
      console.log(o); console.error([o]); `${{o}}`; JSON.stringify({{ o }});
      return {{ out: [...new Set(out)], o }}"""
    shown = attack("javascript", source)
    assert "process" not in shown.replace(TRUST, "")
    contained(shown)


@pytest.mark.escape(
    "JavaScript: getters, toJSON and symbols on what is returned",
    "CWE-913",
    outcome="evaluated inside, within the limits",
)
@pytest.mark.parametrize(
    "source",
    [
        "return { get json() { return (() => {}).constructor%s } }",
        "return { json: { toJSON: () => ({ a: (() => {}).constructor%s }) } }",
        "return [{ json: { a: 1, [Symbol.toStringTag]: 'x' } }]",
        "return new (class extends Array { get length() { return 2 ** 32 - 1 } })",
        "return { json: { then(ok) { ok({ a: (() => {}).constructor%s }) } } }",
        "const o = {}; o.o = o; return o",
        "return { json: { a: 1n, b: Symbol('x'), c: () => 1, d: NaN } }",
        "return { [Symbol.iterator]: function* () { for (;;) yield { json: {} } } }",
        "return { json: { __proto__: { polluted: 1 }, constructor: 1 } }",
    ],
)
def test_a_strange_result_is_read_inside(attack: Any, source: str) -> None:
    contained(attack("javascript", source % REACH if "%s" in source else source))


@pytest.mark.escape(
    "JavaScript: shared memory, atomics and WebAssembly inside the guest",
    "CVE-2026-47210 (vm2)",
    outcome="not there, or no shared clock",
)
def test_there_is_no_second_machine_and_no_clock_to_build(attack: Any) -> None:
    shown = attack("javascript", "return { a: [typeof WebAssembly, typeof Worker, typeof performance] }")
    assert "'undefined', 'undefined', 'undefined'" in shown
    waits = "const a = new Int32Array(new SharedArrayBuffer(4)); Atomics.wait(a, 0, 0); return []"
    contained(attack("javascript", waits))
    clock = "let n = 0; const t = Date.now(); while (n++ < 1e5); return { a: Date.now() - t }"
    assert "'a': 0" in attack("javascript", clock)


@pytest.mark.escape(
    "JavaScript: modules of the host",
    "CVE-2026-47140 (vm2), CVE-2025-68613 (n8n)",
    outcome="there are none",
)
@pytest.mark.parametrize(
    "name",
    ["fs", "child_process", "process", "inspector/promises", "node:vm", "module", "std", "os", "./x.js"],
)
def test_no_module_of_any_host_can_be_loaded(attack: Any, name: str) -> None:
    for source in (
        f"return {{ a: Object.keys(await import('{name}')) }}",
        f"return {{ a: require('{name}') }}",
        f"return {{ a: (() => {{}}).constructor('return import(\"{name}\")')() instanceof Promise }}",
        f"return {{ a: process.getBuiltinModule('{name}') }}",
        f"return {{ a: process.binding('{name}') }}",
    ):
        shown = attack("javascript", source)
        assert "readFile" not in shown
        assert "execSync" not in shown
        contained(shown)


@pytest.mark.escape(
    "JavaScript: member functions and variables of the context",
    "CVE-2025-12735 (expr-eval)",
    outcome="refused or inside",
)
def test_functions_that_come_with_the_context_lead_nowhere(attack: Any) -> None:
    for name in ("$input.all", "$if", "$min", "DateTime.now", "$jmespath", "console.log", "$input.first"):
        shown = attack("javascript", f"return {{ a: {name}.constructor{REACH} }}")
        assert TRUST in shown
        contained(shown)


@pytest.mark.escape(
    "JavaScript: prototype pollution through data and merging",
    "CVE-2025-13204 (expr-eval)",
    outcome="the realm is frozen",
)
def test_data_pollutes_no_prototype(attack: Any) -> None:
    for source in (
        'JSON.parse(\'{"__proto__": {"polluted": 1}}\'); return { a: typeof ({}).polluted }',
        "try { Object.assign(Object.prototype, { polluted: 1 }) } catch { } return { a: typeof ({}).polluted }",
        "try { ({})['__proto__']['polluted'] = 1 } catch { } return { a: typeof ({}).polluted }",
        "try { Object.entries.constructor.prototype.polluted = 1 } catch { } return { a: typeof ({}).polluted }",
    ):
        assert "'a': 'undefined'" in attack("javascript", source)


@pytest.mark.escape(
    "Exhaustion: microtask storms, async recursion, BigInt, regular expressions",
    "CWE-400, CWE-1333",
    outcome="stopped at the deadline",
)
@pytest.mark.parametrize(
    "source",
    [
        "for (;;) await null",
        "const f = () => Promise.resolve().then(f).then(f); await f()",
        "const f = () => { setTimeout(f, 0) }; f(); await new Promise(() => { })",
        "for (;;) new Promise((ok) => ok()).then(() => { })",
        "let x = 7n; for (;;) x = x * x % (2n ** 65536n + 1n)",
        "/(x+x+)+y/.test('x'.repeat(50)); /^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(60))",
        "(function* g() { for (;;) yield* g() })().next()",
        "[...{ [Symbol.iterator]: () => ({ next: () => ({ value: 1, done: false }) }) }]",
        "new Array(2 ** 32 - 1).fill().map((_, n) => n)",
        "'a'.repeat(1e6).replace(/a/g, 'a'.repeat(1e5))",
    ],
)
def test_a_storm_of_work_is_stopped(sandbox: Any, source: str) -> None:
    limits = SandboxLimits(memory_bytes=48 * MEBIBYTE, deadline_ms=400, output_bytes=MEBIBYTE)
    with pytest.raises(QflowError) as caught:
        sandbox.run_code(CodeRequest("javascript", source, [], NEW_YORK), limits)
    if isinstance(caught.value, SandboxViolation):
        assert caught.value.details["limit"] in ("time", "memory", "stack", "timers", "promise")
        assert caught.value.details["code_cid"].startswith("baf")


@pytest.mark.escape(
    "Leaks between executions and tenants",
    "CWE-488",
    outcome="every call starts from the same frozen snapshot",
)
@pytest.mark.parametrize(
    ("language", "plant", "look"),
    [
        (
            "javascript",
            "try { globalThis.seen = $input.all() } catch { } return []",
            "return { a: typeof globalThis.seen }",
        ),
        (
            "javascript",
            "const m = new WeakMap(); try { Array.from.cache = m } catch { } return []",
            "return { a: typeof Array.from.cache }",
        ),
        (
            "python",
            "import builtins, sys\nbuiltins.seen = _items\nsys.modules['seen'] = sys\nreturn []",
            "import builtins, sys\nreturn {'a': 'undefined' if not hasattr(builtins, 'seen')"
            " and 'seen' not in sys.modules else 'leak'}",
        ),
    ],
)
def test_nothing_of_one_execution_is_seen_by_the_next(
    attack: Any, language: str, plant: str, look: str
) -> None:
    attack(language, plant)
    assert "'a': 'undefined'" in attack(language, look)


@pytest.mark.escape(
    "Python: format strings and string.Formatter that walk attributes",
    "CVE-2026-0863 (n8n), CVE-2023-41039, CVE-2026-76825 (RestrictedPython), CVE-2024-56326 (Jinja)",
    outcome="reaches only the guest",
)
@pytest.mark.parametrize(
    "source",
    [
        "return {'a': '{0.__class__.__init__.__globals__}'.format(ValueError())}",
        "f = '{0.__globals__}'.format\nreturn {'a': f(print)}",
        "return {'a': '{a.__class__.__mro__}'.format_map({'a': 1})}",
        "import string\nreturn {'a': str(string.Formatter().get_field('0.__class__.__mro__', (1,), {}))}",
        "import os\nreturn {'a': '{0.environ}'.format(os)}",
        "class A:\n    def __format__(self, s): return str(__import__('sys')._getframe(1).f_globals)[:999]\n"
        "return {'a': f'{A()}'}",
    ],
)
def test_a_format_string_walks_only_through_the_guest(attack: Any, source: str) -> None:
    contained(attack("python", source))


@pytest.mark.escape(
    "Python: objects that exceptions carry",
    "CVE-2026-0863 (n8n), CVE-2024-47532 (RestrictedPython)",
    outcome="reaches only the guest",
)
@pytest.mark.parametrize(
    "source",
    [
        "try:\n    ().x\nexcept AttributeError as e:\n    return {'a': str(e.obj.__class__.__base__.__subclasses__())}",
        "try:\n    x\nexcept NameError as e:\n    return {'a': str(e.__traceback__.tb_frame.f_back.f_globals)}",
        "try:\n    import nothing\nexcept ImportError as e:\n    return {'a': str(e.__traceback__.tb_frame.f_builtins)}",
        "try:\n    1 / 0\nexcept* ZeroDivisionError as e:\n    return {'a': str(e.exceptions[0].__traceback__.tb_frame)}",
        "try:\n    raise SystemExit(3)\nexcept BaseException as e:\n    return {'a': str(e.__context__)}",
    ],
)
def test_an_exception_carries_only_objects_of_the_guest(attack: Any, source: str) -> None:
    contained(attack("python", source))


@pytest.mark.escape(
    "Python: frames of generators and coroutines",
    "CVE-2023-37271 (RestrictedPython), danthedeckie/simpleeval#138",
    outcome="reaches only the guest",
)
@pytest.mark.parametrize(
    "source",
    [
        "g = (x for x in [1])\nreturn {'a': str(g.gi_frame.f_globals)[:2000]}",
        "def g():\n    yield g.gi_frame.f_back\nreturn {'a': 1}",
        "g = (g.gi_frame.f_back.f_back for _ in [1])\nframe = next(g)\nreturn {'a': str(frame.f_globals)[:2000]}",
        "async def c(): pass\nx = c()\nout = str(x.cr_frame.f_builtins)[:2000]\nx.close()\nreturn {'a': out}",
        "g = (x for x in [1])\nreturn {'a': str(g.gi_frame.f_globals['__builtins__'])[:2000]}",
    ],
)
def test_a_frame_leads_only_through_the_guest(attack: Any, source: str) -> None:
    contained(attack("python", source))


@pytest.mark.escape(
    "Python: shadowed guards and changed built-ins",
    "CVE-2026-55830 (RestrictedPython)",
    outcome="there are no guards to shadow",
)
@pytest.mark.parametrize(
    "source",
    [
        "def f(_write_, _getattr_, _getitem_, /): return __import__('os')\nreturn {'a': str(f(1, 2, 3).environ)}",
        "import builtins\nbuiltins.__import__ = None\nbuiltins.isinstance = lambda *a: True\nreturn {'a': 1}",
        "import json\njson.loads = json.dumps = lambda *a, **k: {'x': 1}\nreturn {'a': 1}",
        "class D(dict):\n    def __getitem__(self, n): return open('/etc/passwd').read()\nreturn D(a=1)",
        "class S(str):\n    def __eq__(self, o): return True\n    __hash__ = str.__hash__\nreturn {S('a'): S('b')}",
    ],
)
def test_changed_builtins_change_nothing_outside(attack: Any, source: str) -> None:
    contained(attack("python", source))


@pytest.mark.escape(
    "Python: native modules and bridges to another language",
    "CVE-2025-68668, CVE-2026-49444 (n8n), CVE-2024-28397 (js2py)",
    outcome="not there",
)
@pytest.mark.parametrize(
    "source",
    [
        "import js\nreturn {'a': str(js.process)}",
        "import pyodide\nreturn {'a': str(pyodide.code.run_js('process.env'))}",
        "import _pyodide_core\nreturn {'a': 1}",
        "from ctypes import CDLL\nreturn {'a': CDLL(None).system(b'id')}",
        "import _posixsubprocess\n_posixsubprocess.fork_exec()\nreturn {'a': 1}",
        "import importlib.machinery as m\nl = m.ExtensionFileLoader('x', '/lib/x.so')\nl.load_module('x')\nreturn []",
        "import pickle\nreturn {'a': pickle.loads(b\"cos\\nsystem\\n(S'id'\\ntR.\")}",
        "import marshal, types\nf = types.FunctionType(marshal.loads(b'c' + bytes(99)), {})\nreturn {'a': f()}",
        "import _xxsubinterpreters as s\ns.run_string(s.create(), 'import os')\nreturn {'a': 1}",
    ],
)
def test_there_is_no_way_into_native_code_or_another_language(attack: Any, source: str) -> None:
    contained(attack("python", source))
