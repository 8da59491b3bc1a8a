"""The command `telefoon`."""


def main() -> None:
    """Entry point of the console script."""
    from api.cli.app import app

    app(prog_name="telefoon")
