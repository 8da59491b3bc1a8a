"""The command `telefoon`."""

import gc
import sys
from typing import Final

from api.cli.loading import loading

_COLLECT_AFTER: Final = 50_000
"""Objects between two looks for garbage: Python's own 700 cost CPU, and pauses while it serves."""


def main() -> None:
    """Entry point of the console script."""
    gc.set_threshold(_COLLECT_AFTER)

    with loading():
        from api.cli.app import app_for

        app = app_for(sys.argv[1] if len(sys.argv) > 1 else None)
    try:
        app(prog_name="telefoon")
    finally:
        gc.freeze()  # or Python would look through everything it has loaded before it ends, for 0.2 s
