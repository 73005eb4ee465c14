"""Judges a module by what it is and asks for, before it is stored, proposed or run."""

from __future__ import annotations

from collections.abc import Iterator

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.limits import (
    GUEST_TABLE_ELEMENTS_MAX,
    MODULE_BRANCHES_MANY,
    MODULE_BRANCHES_SEEN_MIN,
    MODULE_BYTES_MAX,
    MODULE_CODE_BYTES_MAX,
    MODULE_CUSTOM_BYTES_MANY,
    MODULE_CUSTOM_SECTIONS_MAX,
    MODULE_DATA_BYTES_MANY,
    MODULE_DATA_BYTES_MAX,
    MODULE_EXPORTS_MAX,
    MODULE_FUNCTION_BYTES_MAX,
    MODULE_FUNCTIONS_MAX,
    MODULE_GLOBALS_MAX,
    MODULE_IMPORTS_MAX,
    MODULE_PAGES_MAX,
    MODULE_TABLES_MAX,
    MODULE_TYPES_MAX,
)
from engine.ports.modules import Finding, ModuleImport, Risk, ScanReport
from engine.sandbox.modules.outline import Outline, outline
from engine.sandbox.modules.reader import Malformed
from engine.sandbox.modules.wasi import FUNCTIONS, HOST, HOST_FUNCTIONS, WASI


def scan_module(wasm: bytes) -> ScanReport:
    """Examine bytes as a module; never raises, whatever they are."""
    cid = cid_of_bytes(wasm, RAW)
    if len(wasm) > MODULE_BYTES_MAX:
        return _refused(cid, wasm, "too_large", f"it has more than {MODULE_BYTES_MAX} bytes")
    try:
        found = outline(wasm)
    except Malformed as error:
        return _refused(cid, wasm, "malformed", f"it is no module that runs here: {error}")
    return ScanReport(
        cid=cid,
        size_bytes=len(wasm),
        functions=found.bodies,
        imports=tuple(found.imports[:MODULE_IMPORTS_MAX]),
        exports=tuple(found.exports[:MODULE_EXPORTS_MAX]),
        memories=tuple(found.memories[:MODULE_TABLES_MAX]),
        tables=tuple(found.tables[:MODULE_TABLES_MAX]),
        start=found.start,
        data_bytes=found.data_bytes,
        custom_sections=tuple(name[:100] for name, _ in found.custom[:100]),
        findings=tuple(_findings(found)),
    )


def _refused(cid: str, wasm: bytes, code: str, message: str) -> ScanReport:
    return ScanReport(cid, len(wasm), findings=(Finding(Risk.REFUSED, code, message),))


def _findings(found: Outline) -> Iterator[Finding]:
    yield from _about_imports(found)
    yield from _about_sizes(found)
    yield from _about_memory(found)
    yield from _about_habits(found)


def _about_imports(found: Outline) -> Iterator[Finding]:
    kinds = iter(found.signatures)
    for one in found.imports[:MODULE_IMPORTS_MAX]:
        signature = next(kinds) if one.kind == "function" else None
        if _known(one) and not _fits(one, found, signature):
            message = f"it asks for {one.module}.{one.name} with other types than that function has"
            yield Finding(Risk.REFUSED, "wrong_import", message)
        if not _known(one):
            message = f"it asks for the {one.kind} {one.module[:100]}.{one.name[:100]}, which no host gives"
            yield Finding(Risk.REFUSED, "unknown_import", message)
    if any(one.module == HOST for one in found.imports if _known(one)):
        message = "it calls its host, for what the capability token of its step allows"
        yield Finding(Risk.MEDIUM, "calls_host", message)
    reaching = [one.name for one in found.imports if one.name.startswith(("path_", "sock_"))]
    if reaching and all(_known(one) for one in found.imports):
        message = f"it asks for files or network ({', '.join(reaching[:5])}); all it gets is a refusal"
        yield Finding(Risk.MEDIUM, "reaches_out", message)


def _known(one: ModuleImport) -> bool:
    wasi = one.module == WASI and one.name in FUNCTIONS
    return one.kind == "function" and (wasi or (one.module == HOST and one.name in HOST_FUNCTIONS))


def _fits(one: ModuleImport, found: Outline, signature: int | None) -> bool:
    """Whether a known function is asked for with its own types."""
    types = HOST_FUNCTIONS[one.name] if one.module == HOST else _wasi_types(one.name)
    return signature is not None and found.types[signature : signature + 1] == [types]


def _wasi_types(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    takes = tuple("i64" if letter == "I" else "i32" for letter in FUNCTIONS[name])
    return takes, () if name == "proc_exit" else ("i32",)


def _about_sizes(found: Outline) -> Iterator[Finding]:
    bounds = (
        ("functions", found.bodies, MODULE_FUNCTIONS_MAX),
        ("bytes in one function", found.largest_body, MODULE_FUNCTION_BYTES_MAX),
        ("bytes of code", found.code_bytes, MODULE_CODE_BYTES_MAX),
        ("exports", len(found.exports), MODULE_EXPORTS_MAX),
        ("imports", len(found.imports), MODULE_IMPORTS_MAX),
        ("types", len(found.types), MODULE_TYPES_MAX),
        ("globals", found.globals, MODULE_GLOBALS_MAX),
        ("bytes of data", found.data_bytes, MODULE_DATA_BYTES_MAX),
        ("custom sections", len(found.custom), MODULE_CUSTOM_SECTIONS_MAX),
        ("memories", len(found.memories), 1),
        ("tables", len(found.tables), MODULE_TABLES_MAX),
    )
    for what, there, most in bounds:
        if there > most:
            message = f"it has {there} {what}; at most {most} are allowed"
            yield Finding(Risk.REFUSED, "too_many", message)
    if MODULE_DATA_BYTES_MANY < found.data_bytes <= MODULE_DATA_BYTES_MAX:
        yield Finding(Risk.HIGH, "much_data", f"it carries {found.data_bytes} bytes of data")


def _about_memory(found: Outline) -> Iterator[Finding]:
    for word, extents, most in (
        ("memory", found.memories, MODULE_PAGES_MAX),
        ("table", found.tables[:MODULE_TABLES_MAX], GUEST_TABLE_ELEMENTS_MAX),
    ):
        for extent in extents[:MODULE_TABLES_MAX]:
            if extent.minimum > most:
                message = f"its {word} begins with {extent.minimum}; at most {most} are allowed"
                yield Finding(Risk.REFUSED, f"large_{word}", message)
            elif extent.maximum is None and word == "memory":
                message = "its memory has no maximum of its own; only the step's limit holds it"
                yield Finding(Risk.MEDIUM, "unbounded_memory", message)


def _about_habits(found: Outline) -> Iterator[Finding]:
    if found.start:
        message = "it runs code as soon as it is instantiated, before any function is called"
        yield Finding(Risk.MEDIUM, "start_function", message)
    if found.widest_branch >= MODULE_BRANCHES_SEEN_MIN:
        risk = Risk.HIGH if found.widest_branch >= MODULE_BRANCHES_MANY else Risk.MEDIUM
        message = f"it jumps by a table of {found.widest_branch} targets, which hides where it goes"
        yield Finding(risk, "large_branch_table", message)
    if found.urls:
        message = f"it carries addresses outside its code: {', '.join(found.urls[:3])}"
        yield Finding(Risk.MEDIUM, "addresses", message)
    custom = sum(size for _, size in found.custom)
    if custom > MODULE_CUSTOM_BYTES_MANY:
        message = f"it carries {custom} bytes that are neither code nor data"
        yield Finding(Risk.MEDIUM, "much_custom", message)
