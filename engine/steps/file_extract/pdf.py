"""Text and facts of PDF documents (ISO 32000)."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any

from engine.base.errors import StepFailure
from engine.base.limits import PDF_PAGES_MAX
from engine.ports.step_catalogue import Cancellation
from engine.steps.file_extract.manifest import FileExtractParameters

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def read_pdf(data: bytes, given: FileExtractParameters, cancellation: Cancellation) -> dict[str, Any]:
    """``{"numpages", "numrender", "info", "text"}``; raises :class:`StepFailure`."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(given.password):
            problem = "its password is not the one that is given" if given.password else "it needs a password"
            raise StepFailure(f"the PDF cannot be opened: {problem}")
        return _content(reader, given, cancellation, linear=b"/Linearized" in data[:1024])
    except StepFailure:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise StepFailure(f"the PDF cannot be read: {str(error)[:200]}") from error
    except (RecursionError, OverflowError, NotImplementedError, AssertionError, OSError) as error:
        raise StepFailure(
            "the PDF cannot be read: it is damaged, or made in a way that is not known"
        ) from error


def _content(
    reader: Any, given: FileExtractParameters, cancellation: Cancellation, *, linear: bool
) -> dict[str, Any]:
    count = len(reader.pages)
    wanted = min(count, given.pagesMax or count)
    if wanted > PDF_PAGES_MAX:
        raise StepFailure(f"the PDF has {count} pages; at most {PDF_PAGES_MAX} are read: set pagesMax")
    texts = []
    for number in range(wanted):
        cancellation.check()
        texts.append(_tidy(reader.pages[number].extract_text()))
    info: dict[str, Any] = {
        name.removeprefix("/"): str(value) for name, value in (reader.metadata or {}).items()
    }
    info |= _facts(reader) | {"IsLinearized": linear}
    text = "\n\n".join(texts) if given.joinPages else texts
    return {"numpages": count, "numrender": count, "info": info, "text": text}


def _facts(reader: Any) -> dict[str, Any]:
    """What the document's catalog and trailer tell of it."""
    catalog = reader.trailer["/Root"].get_object()
    form = _object(catalog, "/AcroForm")
    lock = _object(reader.trailer, "/Encrypt")
    return {
        "PDFFormatVersion": reader.pdf_header.removeprefix("%PDF-"),
        "Language": str(catalog["/Lang"]) if "/Lang" in catalog else None,
        "EncryptFilterName": str(lock["/Filter"]).removeprefix("/") if "/Filter" in lock else None,
        "IsAcroFormPresent": bool(form.get("/Fields")),
        "IsXFAPresent": bool(form.get("/XFA")),
        "IsCollectionPresent": "/Collection" in catalog,
        "IsSignaturesPresent": bool(int(form.get("/SigFlags") or 0) & 1),
    }


def _object(holder: Any, name: str) -> Any:
    found = holder.get(name)
    return {} if found is None else found.get_object()


def _tidy(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
