"""The pages of forms, as HTML without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from engine.web.messages import Reply, raw_headers

Json = Mapping[str, Any]

_STYLE = """
:root{color-scheme:light dark;--line:#c8ccd4;--text:#1a1d23;--quiet:#5c6370;--back:#f6f7f9;--card:#fff;
--accent:#2f5bd0;--wrong:#b3261e}
@media(prefers-color-scheme:dark){:root{--line:#3c424e;--text:#e6e8ec;--quiet:#a0a7b4;--back:#15171b;
--card:#1d2026;--accent:#7da2ff;--wrong:#ff8a80}}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--text);
font:14px/1.5 system-ui,sans-serif}main{max-width:512px;margin:48px auto;padding:32px;background:var(--card);
border:1px solid var(--line);border-radius:8px}@media(max-width:560px){main{margin:0;border:0;border-radius:0;
min-height:100vh;padding:24px 16px}}h1{font-size:20px;line-height:28px;margin:0 0 8px}
p{margin:0 0 16px;color:var(--quiet);white-space:pre-line}label,legend{display:block;font-weight:600;
margin-bottom:4px;padding:0}fieldset{border:0;margin:0 0 16px;padding:0}.field{margin-bottom:16px}
fieldset label{font-weight:400;margin:0}
input:not([type=checkbox]):not([type=radio]),select,textarea{width:100%;
padding:8px;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:4px}
select option{color:#1a1d23}textarea{min-height:96px}:focus-visible{outline:2px solid var(--accent);
outline-offset:1px}button{font:inherit;font-weight:600;color:#fff;background:#2f5bd0;border:0;border-radius:4px;
padding:8px 16px;cursor:pointer}.wrong{color:var(--wrong);margin:4px 0 0}
"""

_POLICY = (
    "sandbox allow-forms allow-scripts allow-popups allow-top-navigation; default-src 'none'; "
    "style-src 'unsafe-inline'"
)
"""No script runs, since no source of scripts is named; without the word in the sandbox pages cannot renew
themselves. The page has no origin, and so neither cookies nor storage of the site."""

_TYPES = {"text", "number", "email", "password", "date", "file"}


def page(form: Json, wrong: Mapping[str, str] | None = None, given: Json | None = None) -> Reply:
    """A page with fields; ``wrong`` says by field what is to be mended, ``given`` what was sent before."""
    fields = "".join(_field(field, wrong or {}, given or {}) for field in form["fields"])
    body = (
        f"{_head(form['title'], form['description'])}"
        f'<form method="post" enctype="multipart/form-data">{fields}'
        f'<button type="submit">{escape(form["button"])}</button></form>'
    )
    return _reply(400 if wrong else 200, form["title"] or "Form", body)


def ending(told: Json) -> Reply:
    """The last page, or the way to another place."""
    if told.get("redirect"):
        return Reply(303, raw_headers({"Location": _ascii(told["redirect"]), "Cache-Control": "no-store"}))
    return _reply(200, told["title"], _head(told["title"], told["message"]))


def working() -> Reply:
    """A page that looks again by itself."""
    body = _head("One moment", "Your answer is being worked on. This page goes on by itself.")
    return _reply(200, "One moment", body, refresh=True)


def failed(execution: str) -> Reply:
    """What people see where the flow failed; what went wrong stands in the execution."""
    text = f"Something went wrong. Whoever gave you this form finds it under {execution}."
    return _reply(200, "Something went wrong", _head("Something went wrong", text))


def _reply(status: int, title: str, body: str, *, refresh: bool = False) -> Reply:
    renew = '<meta http-equiv="refresh" content="1">' if refresh else ""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{renew}'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    return Reply(
        status, raw_headers({**headers, "Content-Security-Policy": _POLICY}), text.encode("utf-8", "replace")
    )


def _head(title: str, text: str) -> str:
    return f"<h1>{escape(title)}</h1>" * bool(title) + f"<p>{escape(text)}</p>" * bool(text)


def _field(field: Json, wrong: Mapping[str, str], given: Json) -> str:
    kind, name = field["kind"], field["name"]
    if kind == "note":
        return f"<p>{escape(field['text'])}</p>"
    value = given.get(name, field["default"])
    if kind == "hidden":
        return f'<input type="hidden" name="{escape(name)}" value="{escape(_text(value))}">'
    said = f'<p class="wrong" role="alert">{escape(wrong[name])}</p>' if name in wrong else ""
    label = escape(field["label"] or name) + (" *" if field["required"] else "")
    if kind in ("radio", "checkbox"):
        return f"<fieldset><legend>{label}</legend>{_choices(field, value)}{said}</fieldset>"
    key = f"field-{escape(name)}"
    return f'<div class="field"><label for="{key}">{label}</label>{_input(field, value, key)}{said}</div>'


def _input(field: Json, value: Any, key: str) -> str:
    kind, needed = field["kind"], " required" if field["required"] else ""
    shared = f'id="{key}" name="{escape(field["name"])}"{needed}'
    hint = f' placeholder="{escape(field["placeholder"])}"' if field["placeholder"] else ""
    if kind == "textarea":
        return f"<textarea {shared}{hint}>{escape(_text(value))}</textarea>"
    if kind == "select":
        return f"<select {shared}{' multiple' * field['many']}>{_options(field, value)}</select>"
    shown = kind if kind in _TYPES else "text"
    if kind == "file":
        accept = f' accept="{escape(field["accept"])}"' if field["accept"] else ""
        return f'<input type="file" {shared}{accept}{" multiple" * field["many"]}>'
    step = ' step="any"' if kind == "number" else ""
    text = "" if kind == "password" else escape(_text(value))
    return f'<input type="{shown}" {shared}{hint}{step} value="{text}">'


def _options(field: Json, value: Any) -> str:
    empty = "" if field["many"] or field["required"] else '<option value=""></option>'
    return empty + "".join(
        f'<option value="{escape(option)}"{" selected" * (option in _chosen(value))}>'
        f"{escape(option)}</option>"
        for option in field["options"]
    )


def _choices(field: Json, value: Any) -> str:
    name, kind = escape(field["name"]), field["kind"]
    return "".join(
        f'<label><input type="{kind}" name="{name}" value="{escape(option)}"'
        f"{' checked' * (option in _chosen(value))}> {escape(option)}</label>"
        for option in field["options"]
    )


def _chosen(value: Any) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, list) else [_text(value)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _ascii(url: str) -> str:
    """An address as it may stand in a header."""
    from urllib.parse import quote

    return quote(url, safe="%/:=&?~#+!$,;'@()*[]")
