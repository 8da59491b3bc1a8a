"""SSML within an agent's tokens: kept in one sentence from begin to end, and left out where its words count."""

import re
from typing import Final
from xml.sax.saxutils import unescape

from engine.flow.markup import MARKUP, SPEAK, canonical

_ELEMENTS: Final = "|".join(sorted(MARKUP, key=len, reverse=True))
_WHOLE: Final = re.compile(rf"<(?P<end>/?)(?:{_ELEMENTS}|speak)(?:\s[^<>]*?)?(?P<empty>/?)>")
_BEGUN: Final = re.compile(rf"</?(?:{_ELEMENTS}|speak)(?:\s[^<>]*)?$")
_SPEAK_TAG: Final = re.compile(r"</?speak(?:\s[^<>]*)?>")
_SIGNS: Final = {"&quot;": '"', "&apos;": "'"}
_NO_ENTITY: Final = re.compile(r"&(?!(?:#\d+|#x[\da-fA-F]+|amp|lt|gt|quot|apos);)")


def is_within_markup(text: str) -> bool:
    """Whether a text ends within an element, or within a tag: a sentence can't be cut there."""
    if "<" not in text:
        return False
    depth = 0
    for tag in _WHOLE.finditer(_SPEAK_TAG.sub("", text)):
        depth += -1 if tag["end"] else 0 if tag["empty"] else 1
    return depth > 0 or _BEGUN.search(text) is not None


def words_alone(text: str) -> str:
    """What of a sentence are words."""
    words = _WHOLE.sub("", text)
    return text if words == text else " ".join(unescape(words, _SIGNS).split())


def as_ssml(text: str) -> str | None:
    """A sentence as SSML; None where it is plain, or would be wrong SSML: then its words alone are said."""
    inside = _SPEAK_TAG.sub("", text)
    if _WHOLE.search(inside) is None:
        return None
    try:
        return canonical(f"{SPEAK}{_escaped(inside)}</speak>")
    except ValueError:
        return None


def _escaped(text: str) -> str:
    """Write each sign that is no markup as XML wants it."""
    written, at = [], 0
    for tag in _WHOLE.finditer(text):
        written += [_plain(text[at : tag.start()]), _NO_ENTITY.sub("&amp;", tag[0])]
        at = tag.end()
    return "".join([*written, _plain(text[at:])])


def _plain(text: str) -> str:
    return _NO_ENTITY.sub("&amp;", text).replace("<", "&lt;")
