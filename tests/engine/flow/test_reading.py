"""Text to values: JSON and YAML, with lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput
from engine.base.limits import DEFINITION_DEPTH_MAX, YAML_BYTES_MAX, YAML_VALUES_MAX, Limits
from engine.flow.document import Document
from engine.flow.json_reader import read_json
from engine.flow.reader import read_document
from engine.flow.yaml_reader import read_yaml
from engine.flow.yaml_writer import to_yaml

USUAL = Limits()

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
keys = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


def read(text: str | bytes) -> Document:
    return read_document(text, Limits())


def problem_of(text: str | bytes, limits: Limits = USUAL):
    with pytest.raises(InvalidInput) as caught:
        read_document(text, limits)
    return caught.value.problems[0]


@given(values)
def test_json_reads_what_json_writes(value):
    assert read_json(json.dumps(value)).value == value
    assert read_json(json.dumps(value, indent="\t", ensure_ascii=False)).value == value


@given(values)
def test_yaml_reads_what_our_yaml_says(value):
    assert repr(read_yaml(to_yaml(value)).value) == repr(value)


def test_a_text_of_several_lines_is_written_as_a_block():
    assert to_yaml({"code": "a\n  b\n\nc\n"}) == "code: |\n  a\n    b\n\n  c\n"


def test_words_that_others_read_as_booleans_are_quoted():
    assert to_yaml({"on": "yes", "n": "null"}) == '"on": "yes"\n"n": "null"\n'


def test_json_indented_with_tabs_has_lines():
    document = read('{\n\t"id": "a",\n\t"steps": [\n\t\t{"id": "s"}\n\t]\n}')
    assert document.line(("id",)) == 2
    assert document.line(("steps", 0, "id")) == 4
    assert document.line(("steps", 0, "missing")) == 4


def test_yaml_keys_stay_text_and_dates_too():
    document = read("true: 1\n2: 2026-01-01\nno: no\noctal: 0o17\nhex: 0x1F\n")
    assert document.value == {"true": 1, "2": "2026-01-01", "no": "no", "octal": 15, "hex": 31}


def test_yaml_in_braces_is_read_as_yaml():
    assert read("{id: hello, steps: []}").value == {"id": "hello", "steps": []}


def test_text_that_is_neither_tells_the_error_of_json():
    problem = problem_of('{\n "a": 1\n "b": [\n}')
    assert (problem.line, problem.code) == (3, "syntax")
    assert "comma" in problem.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1\nb: 2", 2),
        ("a: 1\n\tb: 2", 2),
        ("a: !!python/object:os.system x", 1),
        ("a: 1\n---\nb: 2", 2),
        ("a: *gone", 1),
        ("a: &x [*x]", 1),
        ("? [1]\n: 2", 1),
        ("a: .inf", 1),
        ("a: 1e999", 1),
    ],
)
def test_what_is_not_yaml_is_refused_with_its_line(text, line):
    assert problem_of(text).line == line


@pytest.mark.parametrize(
    "text", ['{"a": 1e999}', '{"a": ' + "9" * 50 + "}", '{"a": NaN}', '{"a": "\\x"}', '{"a": tru}', '{"a"']
)
def test_what_is_not_json_is_refused(text):
    with pytest.raises(InvalidInput):
        read_json(text)


def test_a_key_given_twice_is_a_problem_with_the_line_of_the_second():
    for text in ("a: 1\nb: 2\na: 3", '{"a": 1,\n"b": 2,\n"a": 3}'):
        problem = read(text).problems[0]
        assert (problem.code, problem.line, problem.path) == ("duplicate_key", 3, "a")


def test_aliases_are_written_out_but_may_not_blow_up():
    assert read("a: &x {b: 1}\nc: *x").value == {"a": {"b": 1}, "c": {"b": 1}}
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 9):
        bomb += f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n"
    assert str(YAML_VALUES_MAX) in problem_of(bomb).message


def test_aliases_may_not_nest_deeper_than_anything_else():
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, DEFINITION_DEPTH_MAX + 5))
    assert problem_of(text).code == "too_deep"


@pytest.mark.parametrize("opening", ["[", '{"a":', "- "])
def test_deep_nesting_is_refused(opening):
    assert problem_of(opening * 100_000).code in ("too_deep", "syntax")
    deep = opening * (DEFINITION_DEPTH_MAX + 1) + "1"
    closed = deep + ("]" if opening == "[" else "}" if opening[0] == "{" else "") * (DEFINITION_DEPTH_MAX + 1)
    assert problem_of(closed).code == "too_deep"


def test_sizes_at_the_limit_pass_and_beyond_it_do_not():
    text = '{"a": "' + "x" * 91 + '"}'
    assert read_document(text, Limits(definition_bytes_max=100)).value
    assert problem_of(text + " ", Limits(definition_bytes_max=100)).code == "too_large"
    assert "use JSON" in (problem_of("a: " + "x" * YAML_BYTES_MAX).hint or "")


def test_bytes_that_are_not_utf_8_are_refused_with_their_line():
    assert problem_of(b"a: 1\nb: \xff").line == 2


def test_a_byte_order_mark_does_no_harm():
    assert read(b"\xef\xbb\xbfid: a").value == {"id": "a"}


def test_lone_surrogates_become_replacement_characters():
    assert read('{"a": "\\ud800"}').value == {"a": "\ufffd"}


@pytest.mark.parametrize("text", ["", "  \n", "# only a comment"])
def test_nothing_is_not_a_flow(text):
    assert text.startswith("#") or problem_of(text).message == "the definition is empty"
    assert read("# only a comment").value is None
