"""``python -m benchmarks``: the same as ``qflow bench``."""

from __future__ import annotations

import sys

from benchmarks.main import main

sys.exit(main(sys.argv[1:]))
