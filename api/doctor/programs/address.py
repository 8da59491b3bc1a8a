"""The address of a program, as flows name it."""

from yarl import URL

from engine.errors import InvalidField, WebhookError
from engine.webhooks import program_servers


def program_url(text: str, field: str) -> URL:
    """The URL, as calls would ask it. Raises InvalidField for what no flow may name."""
    try:
        return program_servers.program_url(text)
    except WebhookError as error:
        raise InvalidField(field, str(error)) from None
