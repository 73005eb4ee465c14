"""Templates that were prepared before: parsed and rewritten by the guest, kept as the JSON it gave."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import orjson

from engine.base.limits import TEMPLATE_KEPT_CHARACTERS_MAX, TEMPLATES_KEPT_MAX

Preparing = Callable[[list[str]], list[bytes]]
"""Has a machine that runs none of them prepare texts, each as JSON."""


class PreparedTemplates:
    """What was used last. A text is prepared in a machine where nothing of any user has run, and what comes
    of it depends on the text alone, so it may serve every subnet."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str], prepare: Preparing) -> list[orjson.Fragment]:
        """The texts, prepared, ready to be put into a request."""
        with self._lock:
            found = {text: self._kept[text] for text in texts if text in self._kept}
            for text in found:
                self._kept.move_to_end(text)
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            made = dict(zip(missing, prepare(missing), strict=True))
            self._keep(made)
            found |= made
        return [orjson.Fragment(found[text]) for text in texts]

    def _keep(self, made: dict[str, bytes]) -> None:
        with self._lock:
            for text, content in made.items():
                if len(content) <= TEMPLATE_KEPT_CHARACTERS_MAX:
                    self._kept[text] = content
            while len(self._kept) > TEMPLATES_KEPT_MAX:
                self._kept.popitem(last=False)
