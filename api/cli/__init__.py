"""The command `telefoon`."""

import gc
from typing import Final

_COLLECT_AFTER: Final = 50_000
"""Objects between two looks for garbage: Python's own 700 cost a quarter of the start, and pauses while it serves."""


def main() -> None:
    """Entry point of the console script."""
    gc.set_threshold(_COLLECT_AFTER)

    from api.cli.app import app

    app(prog_name="telefoon")
