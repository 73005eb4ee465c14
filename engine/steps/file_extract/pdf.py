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
        return _content(reader, given, cancellation)
    except StepFailure:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise StepFailure(f"the PDF cannot be read: {str(error)[:200]}") from error
    except (RecursionError, OverflowError, NotImplementedError, AssertionError, OSError) as error:
        raise StepFailure(
            "the PDF cannot be read: it is damaged, or made in a way that is not known"
        ) from error


def _content(reader: Any, given: FileExtractParameters, cancellation: Cancellation) -> dict[str, Any]:
    count = len(reader.pages)
    wanted = min(count, given.pagesMax or count)
    if wanted > PDF_PAGES_MAX:
        raise StepFailure(f"the PDF has {count} pages; at most {PDF_PAGES_MAX} are read: set pagesMax")
    texts = []
    for number in range(wanted):
        cancellation.check()
        texts.append(_tidy(reader.pages[number].extract_text()))
    info = {name.removeprefix("/"): str(value) for name, value in (reader.metadata or {}).items()}
    info["PDFFormatVersion"] = reader.pdf_header.removeprefix("%PDF-")
    text = "\n\n".join(texts) if given.joinPages else texts
    return {"numpages": count, "numrender": wanted, "info": info, "text": text}


def _tidy(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
