"""The command `telefoon`."""

import gc
import os
import sys
from typing import Final

from api.cli.loading import loading, not_installed

_COLLECT_AFTER: Final = 50_000
"""Objects between two looks for garbage: Python's own 700 cost CPU, and pauses while it serves."""


def main() -> None:
    """Entry point of the console script."""
    gc.set_threshold(_COLLECT_AFTER)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "true")  # it would look through all that is installed for some

    with loading():
        with not_installed("rich"):
            # It would be for drawing tracebacks, which none of our lines are; loading it takes 0.03 s.
            import structlog  # noqa: F401
        import typer

        from api.cli.app import app_for

        command = typer.main.get_command(app_for(sys.argv[1] if len(sys.argv) > 1 else None))
    try:
        command(prog_name="telefoon")
    finally:
        gc.freeze()  # or Python would look through everything it has loaded before it ends, for 0.2 s
