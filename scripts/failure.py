"""The one way in which a script gives up: a message that says what to do, and exit code 1."""

from __future__ import annotations

import sys
from collections.abc import Callable


class SetupFailed(Exception):
    """Something the user has to act on; the text says what happened and what to do."""


def run_main(main: Callable[[], None]) -> None:
    """Run a script's `main`; SetupFailed becomes its text on stderr and code 1, Ctrl-C becomes code 130."""
    try:
        main()
    except SetupFailed as failure:
        print(f"telefoon: {failure}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        print("\ntelefoon: stopped.", file=sys.stderr)
        raise SystemExit(130) from None
