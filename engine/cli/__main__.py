"""``python -m engine.cli``: the same as ``qflow``."""

from __future__ import annotations

import sys

from engine.cli.main import main

sys.exit(main())
