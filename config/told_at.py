"""URLs of the operator's server that are told of something."""

import re


def told_at(url: str, what: str, example: str) -> str:
    """The URL, or nothing, which tells nobody. Raises ValueError with a sentence for the operator."""
    if url and not re.fullmatch(r"https?://[^\s#]+", url):
        raise ValueError(f"write a URL that is told of {what}, such as {example}")
    return url
