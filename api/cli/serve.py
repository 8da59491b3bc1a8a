"""`telefoon serve` and `telefoon demo`: a node in this process."""

from typing import Annotated, Final

import typer

from api.cli.group import examples
from api.cli.loading import loading

SERVE_EXAMPLES: Final = examples(
    "telefoon serve",
    "telefoon serve --workers 4",
    "TELEFOON_TRUNK=sip:127.0.0.1:5080 TELEFOON_CONFIG=/etc/telefoon.toml telefoon serve",
)
DEMO_EXAMPLES: Final = examples("telefoon demo", "make run")


def serve(
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="How many nodes, behind a SIP proxy of their own; as the setting workers."),
    ] = None,
) -> None:
    """Serve the REST interface and SIP until Ctrl-C or SIGTERM."""
    with loading():
        from config.settings import load

        settings = load()
        count = workers or settings.workers
    if count > 1:
        with loading():
            from api.workers.watcher import serve_workers

        raise typer.Exit(serve_workers(settings, count))
    with loading():
        _require_library()
        from api.node.process import serve as run

    raise typer.Exit(run(settings))


def demo() -> None:
    """Show one real call from start to end, then keep serving until Ctrl-C."""
    with loading():
        _require_library()
        from api.demo import run
        from config.settings import load

    raise typer.Exit(run(load()))


def _require_library() -> None:
    """Before what imports it is loaded: a pjsua2 that is absent or broken is told in a sentence. Raises SetupError."""
    from sip.library_limits import require_limits

    require_limits()
