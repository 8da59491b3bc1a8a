"""Hides in a SIP message who calls whom, which keys were pressed, and what is secret; each text keeps its length.

So the message can still be read by programs, which look at Content-Length. A number's beginning stays, as it tells in
which form it was written.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Final

_SHOWN: Final = 5
_SHOWN_END: Final = 2
_PLACE: Final = "x"

_USER: Final = re.compile(r"(?P<before>\bsips?:)(?P<hidden>[^@\s;<>\"]+)(?=@)", re.IGNORECASE)
_TEL: Final = re.compile(r"(?P<before>\btel:)(?P<hidden>[^;>\s]+)", re.IGNORECASE)
_DISPLAY_NAME: Final = re.compile(r"^(?P<before>[\w-]+[ \t]*:[ \t]*)(?P<hidden>[^<\r\n]+)(?=<)", re.MULTILINE)
_NUMBER: Final = re.compile(r"(?P<before>)(?P<hidden>(?:(?<![\w+])(?:\+|00)|(?<=%2B)|(?<=%2b))[1-9][0-9]{6,14}\b)")
_BARE: Final = re.compile(
    # Where others than numbers of telephones have as many digits, a number stands in a URI.
    r"^(?P<before>(?!(?:via|v|call-id|i|cseq|from|f|to|t|contact|m|record-route|route)[ \t]*:|[oam]=)"
    r"[^\r\n]*?(?<![\w.+%:-]))(?P<hidden>0?[1-9][0-9]{7,14}(?!\w|\.[0-9]))",
    re.IGNORECASE | re.MULTILINE,
)
_SECRETS: Final = re.compile(
    r"^(?P<before>(?:proxy-)?(?:authorization|authenticate)[ \t]*:[ \t]*|www-authenticate[ \t]*:[ \t]*)"
    r"(?P<hidden>[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_MEDIA_KEYS: Final = re.compile(r"^(?P<before>a=crypto:\d+ \S+ )(?P<hidden>[^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_PRESSED: Final = re.compile(r"^(?P<before>Signal[ \t]*=[ \t]*)(?P<hidden>\S+)", re.IGNORECASE | re.MULTILINE)
_PRESSED_ALONE: Final = re.compile(r"(?P<before>\r\n\r\n)(?P<hidden>[0-9*#A-Da-d])(?=\s*\Z)")
_WORD: Final = re.compile(r"\w")


def masked_message(text: str) -> str:
    """The message as it may be shown."""
    for pattern, hide in _HIDDEN:
        text = pattern.sub(partial(_with_hidden, hide), text)
    return text


def _with_hidden(hide: Callable[[str], str], found: re.Match[str]) -> str:
    return found["before"] + hide(found["hidden"])


def _wholly(text: str) -> str:
    return _WORD.sub(_PLACE, text)


def _all_but_form(text: str) -> str:
    """A number with its beginning and its end, anything else with its first character."""
    if not text.lstrip("+").isdigit():
        return text[:1] + _wholly(text[1:])
    shown = _SHOWN if len(text) > _SHOWN + _SHOWN_END else 1
    end = len(text) - (_SHOWN_END if shown > 1 else 0)
    return text[:shown] + _PLACE * (end - shown) + text[end:]


_HIDDEN: Final[tuple[tuple[re.Pattern[str], Callable[[str], str]], ...]] = (
    (_SECRETS, _wholly),
    (_MEDIA_KEYS, _wholly),
    (_PRESSED, _wholly),
    (_PRESSED_ALONE, lambda _: _PLACE),
    (_DISPLAY_NAME, _wholly),
    (_USER, _all_but_form),
    (_TEL, _all_but_form),
    (_NUMBER, _all_but_form),
    (_BARE, _all_but_form),
)
