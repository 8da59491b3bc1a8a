"""SSML inside of what is said: which elements and attributes of SSML 1.1 may stand there (W3C, 7 September 2010)."""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from engine.flow.diagnostics import Effect, Findings
from engine.flow.element import Element, named_as, shown

SPEAK: Final = "<speak>"
_END: Final = "</speak>"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"

MARKUP: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "break": ("strength", "time"),
        "emphasis": ("level",),
        "lang": ("xml:lang",),
        "p": (),
        "phoneme": ("alphabet", "ph"),
        "prosody": ("volume", "rate", "pitch"),
        "s": (),
        "say-as": ("interpret-as", "format", "detail"),
        "sub": ("alias",),
        "w": ("role",),
    }
)
"""Elements that may stand in the text of Say, with their attributes."""
_UNHEARD: Final = frozenset({"contour", "duration", "onlangfailure", "range"})
"""Attributes of SSML 1.1 that no voice of ours heeds."""


def is_ssml(text: str) -> bool:
    """Whether a text to say is SSML rather than plain."""
    return text.startswith(SPEAK)


def inside(text: str) -> str:
    """What stands between <speak> and its end: SSML as it is written in XML."""
    return text.removeprefix(SPEAK).removesuffix(_END)


def canonical(text: str) -> str:
    """SSML in the one spelling that we keep. Raises ValueError with what is wrong."""
    try:
        root = fromstring(text.encode("utf-8"), forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as wrong:
        raise ValueError(f"the SSML is not well-formed: {wrong}.") from None
    return f"{SPEAK}{_inside(root, depth=1)}{_END}"


def _inside(element: ElementTree.Element, depth: int) -> str:
    if depth > 10:
        raise ValueError("the SSML is nested more than 10 deep.")
    written = [escape(element.text or "")]
    for child in element:
        if child.tag not in MARKUP:
            raise ValueError(f"<{child.tag}> can't stand in SSML here. Allowed: {', '.join(MARKUP)}.")
        attributes = "".join(f" {_name(name)}={quoteattr(value)}" for name, value in child.attrib.items())
        written.append(f"<{child.tag}{attributes}>{_inside(child, depth + 1)}</{child.tag}>")
        written.append(escape(child.tail or ""))
    return "".join(written)


def _name(name: str) -> str:
    return "xml:lang" if name == _LANG else name


def marked_up(node: Element, allowed: Collection[str], findings: Findings) -> str:
    """What stands in an element as a text to say: SSML where elements stand in it, which are the `allowed` ones."""
    return f"{SPEAK}{_markup(node, allowed, findings)}{_END}" if node.children else node.text


def _markup(node: Element, allowed: Collection[str], findings: Findings) -> str:
    """The element's inside as it was written; of an element that can't stand there, what stands in it."""
    written = []
    for part in node.parts:
        if isinstance(part, str):
            written.append(escape(part))
            continue
        child = named_as(part, allowed, findings)
        within = _markup(child, allowed, findings)
        if child.name in allowed:
            attributes = "".join(f" {name}={quoteattr(value)}" for name, value in _attributes(child, findings))
            written.append(f"<{child.name}{attributes}>{within}</{child.name}>")
        else:
            names = ", ".join(f"<{name}>" for name in sorted(allowed)) or "no elements"
            findings.fault(child.error(f"it can't stand in {node.label}. Allowed there: {names}."))
            written.append(within)
    return "".join(written)


def _attributes(element: Element, findings: Findings) -> Iterator[tuple[str, str]]:
    """The attributes that are written on; one that there is not is a fault and left out."""
    known = MARKUP[element.name]
    for name, value in element.attributes.items():
        if name in _UNHEARD:
            findings.remark(element.remark(Effect.IGNORED, f"'{name}' has no effect: no voice heeds it.", name))
        elif name not in known and ":" not in name:
            allowed = ", ".join(known) or "none"
            findings.fault(element.error(f"there is no attribute {shown(name)}. Allowed are: {allowed}.", name))
            continue
        yield name, str(value)
