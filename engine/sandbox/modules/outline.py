"""What the sections of a module say, read without compiling it.

The binary format: https://webassembly.github.io/spec/core/binary/modules.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.base.limits import MODULE_BRANCH_DEPTH_MAX, MODULE_BRANCHES_SEEN_MIN, MODULE_URLS_MAX
from engine.ports.modules import Extent, ModuleExport, ModuleImport
from engine.sandbox.modules.reader import Malformed, Reader

MAGIC = b"\0asm"
VERSION = b"\1\0\0\0"
COMPONENT_VERSIONS = (b"\x0d\0\1\0", b"\x0a\0\1\0")
KINDS = ("function", "table", "memory", "global", "tag")
VALUES = {
    0x7F: "i32",
    0x7E: "i64",
    0x7D: "f32",
    0x7C: "f64",
    0x7B: "v128",
    0x70: "funcref",
    0x6F: "externref",
}
BOUNDED, PLAIN = 0x01, 0x00
BRANCH_TABLE = 0x0E
URL = re.compile(rb"(?:https?|wss?|ftp)://[\x21-\x7e]{1,200}")
TOOL_SECTIONS = ("producers", "target_features", "name", "linking")

Signature = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(slots=True)
class Outline:
    """The facts that judging a module needs."""

    types: list[Signature] = field(default_factory=list)
    imports: list[ModuleImport] = field(default_factory=list)
    signatures: list[int] = field(default_factory=list)  # type of each function, imported ones first
    bodies: int = 0
    largest_body: int = 0
    code_bytes: int = 0
    widest_branch: int = 0
    memories: list[Extent] = field(default_factory=list)
    tables: list[Extent] = field(default_factory=list)
    globals: int = 0
    exports: list[ModuleExport] = field(default_factory=list)
    start: bool = False
    data_bytes: int = 0
    custom: list[tuple[str, int]] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)


def outline(wasm: bytes) -> Outline:
    """Read a module; raises :class:`Malformed`."""
    if wasm[:4] != MAGIC:
        raise Malformed("it does not begin as WebAssembly does")
    if wasm[4:8] in COMPONENT_VERSIONS:
        raise Malformed("it is a component; only modules run here")
    if wasm[4:8] != VERSION:
        raise Malformed("it is not of version 1")
    found, reader = Outline(), Reader(wasm, 8)
    while reader.left:
        number = reader.byte()
        section = reader.part(reader.unsigned())
        read = _SECTIONS.get(number)
        if number > 13:
            raise reader.fault(f"there is no section {number}")
        if read is not None:
            read(section, found)
    return found


def _custom(section: Reader, found: Outline) -> None:
    name, size = section.name(), section.left
    found.custom.append((name, size))
    if name in TOOL_SECTIONS or name.startswith(".debug"):
        return
    for match in URL.finditer(section.data, section.at, section.end):
        if len(found.urls) < MODULE_URLS_MAX:
            found.urls.append(match.group().decode("ascii"))


def _types(section: Reader, found: Outline) -> None:
    for _ in range(section.count()):
        if section.byte() != 0x60:
            raise section.fault("it has types that are no functions")
        found.types.append((_values(section), _values(section)))


def _values(section: Reader) -> tuple[str, ...]:
    return tuple(_value(section) for _ in range(section.count()))


def _value(section: Reader) -> str:
    value = VALUES.get(section.byte())
    if value is None:
        raise section.fault("it has values of an unknown type")
    return value


def _imports(section: Reader, found: Outline) -> None:
    for _ in range(section.count()):
        module, name = section.name(), section.name()
        kind = _kind(section)
        found.imports.append(ModuleImport(module, name, kind))
        if kind == "function":
            found.signatures.append(section.unsigned())
        elif kind == "table":
            found.tables.append(_table(section))
        elif kind == "memory":
            found.memories.append(_extent(section))
        else:
            _value(section) if kind == "global" else section.byte()
            section.unsigned()


def _kind(section: Reader) -> str:
    number = section.byte()
    if number >= len(KINDS):
        raise section.fault(f"there is no kind {number} of imports and exports")
    return KINDS[number]


def _extent(section: Reader) -> Extent:
    flags = section.byte()
    if flags not in {PLAIN, BOUNDED}:
        raise section.fault("it has a shared or 64-bit memory or table")
    minimum = section.unsigned()
    return Extent(minimum, section.unsigned() if flags == BOUNDED else None)


def _table(section: Reader) -> Extent:
    if VALUES.get(section.byte()) not in {"funcref", "externref"}:
        raise section.fault("it has a table of an unknown type")
    return _extent(section)


def _functions(section: Reader, found: Outline) -> None:
    found.signatures += [section.unsigned() for _ in range(section.count())]


def _tables(section: Reader, found: Outline) -> None:
    found.tables += [_table(section) for _ in range(section.count())]


def _memories(section: Reader, found: Outline) -> None:
    found.memories += [_extent(section) for _ in range(section.count())]


def _globals(section: Reader, found: Outline) -> None:
    found.globals = section.count()


def _exports(section: Reader, found: Outline) -> None:
    for _ in range(section.count()):
        name, kind, index = section.name(), _kind(section), section.unsigned()
        takes, gives = _signature(section, found, index) if kind == "function" else ((), ())
        found.exports.append(ModuleExport(name, kind, takes, gives))


def _signature(section: Reader, found: Outline, index: int) -> Signature:
    if index >= len(found.signatures) or found.signatures[index] >= len(found.types):
        raise section.fault(f"it offers function {index}, which is not there")
    return found.types[found.signatures[index]]


def _start(section: Reader, found: Outline) -> None:
    section.unsigned()
    found.start = True


def _code(section: Reader, found: Outline) -> None:
    found.bodies = section.count()
    found.code_bytes += section.left
    effort = 4 * section.left
    for _ in range(found.bodies):
        size = section.unsigned()
        found.largest_body = max(found.largest_body, size)
        body = section.part(size)
        if size > MODULE_BRANCHES_SEEN_MIN:
            widest, effort = _widest_branch(body, effort)
            found.widest_branch = max(found.widest_branch, widest)


def _widest_branch(body: Reader, effort: int) -> tuple[int, int]:
    """Entries of the largest branch table, and the effort that is left; with none left, what looks
    like one counts as one."""
    widest, data = 0, body.data
    while (at := data.find(BRANCH_TABLE, body.at, body.end)) >= 0:
        body.at = at + 1
        try:
            size = body.unsigned()
        except Malformed:
            body.at = at + 1
            continue
        begin = body.at
        if MODULE_BRANCHES_SEEN_MIN <= size <= body.left and (effort <= 0 or _holds_targets(body, size)):
            widest = max(widest, size)
            effort -= body.at - begin
        else:
            effort -= body.at - begin
            body.at = at + 1
    return widest, effort


def _holds_targets(body: Reader, size: int) -> bool:
    """Whether so many plausible branch targets follow."""
    try:
        return all(body.unsigned() < MODULE_BRANCH_DEPTH_MAX for _ in range(size))
    except Malformed:
        return False


def _data(section: Reader, found: Outline) -> None:
    found.data_bytes += section.left


_SECTIONS: dict[int, Callable[[Reader, Outline], None]] = {
    0: _custom,
    1: _types,
    2: _imports,
    3: _functions,
    4: _tables,
    5: _memories,
    6: _globals,
    7: _exports,
    8: _start,
    10: _code,
    11: _data,
}
"""Elements (9), the count of data (12) and tags (13) say nothing that judging needs."""
