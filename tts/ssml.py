"""Our subset of SSML 1.1 (W3C), read into a script. The markup itself never reaches an engine.

speak p s break prosody emphasis phoneme sub say-as lang voice w mark. Every other element is an error that names
it; above all <audio>, by which espeak-ng would open files of this machine.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final
from xml.etree.ElementTree import Element, ParseError

import structlog
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from engine.errors import SpeechError
from engine.model.languages import is_spelling_of, spoken_for
from tts.phonemes import ipa_of
from tts.script import PLAIN, Manner, Script, ScriptUtterance, ScriptWords, Silence, shortened
from tts.spoken.plain import as_said
from tts.spoken.say_as import LETTER_BY_LETTER, SayAs, is_kind, said_as
from tts.ssml_values import MOST_PERCENT, break_ms, pitch_percent, rate_percent, volume_percent
from tts.text import TEXT_LIMIT, without_controls

log = structlog.get_logger(__name__)

SSML_LIMIT: Final = 64 * 1024
DEPTH_LIMIT: Final = 10
SILENCE_LIMIT_MS: Final = 60_000
_SHOWN: Final = 40

_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_NAMESPACE: Final = "{http://www.w3.org/2001/10/synthesis}"

_EMPHASIS: Final = ("none", "reduced", "moderate", "strong")


Note = Callable[[str], None]
"""Takes a sentence about something that is left out, or spoken otherwise than it says."""


def _log(sentence: str) -> None:
    log.warning("ssml_read_otherwise", detail=sentence)


@dataclass(frozen=True, slots=True)
class _Context:
    """The settings that hold at a place in the document."""

    language: str
    voice: str | None
    note: Note
    manner: Manner = PLAIN
    depth: int = 1


@dataclass(slots=True)
class _Writer:
    """Collects the script; words in one language and voice flow together until something ends the run."""

    parts: list[ScriptUtterance | Silence] = field(default_factory=list)
    words: list[ScriptWords] = field(default_factory=list)
    language: str = ""
    voice: str | None = None
    characters: int = 0
    silence_ms: int = 0

    def say(self, text: str | None, context: _Context) -> None:
        text = without_controls(text or "")
        if not text.strip() and not (text and self.words):
            return
        self.characters += len(text)
        if self.characters > TEXT_LIMIT:
            raise SpeechError(f"The SSML says more than {TEXT_LIMIT} characters; a prompt may not. Split it.")
        if (context.language, context.voice) != (self.language, self.voice):
            self.end()
            self.language, self.voice = context.language, context.voice
        as_it_stands = context.manner.spelled or context.manner.ipa is not None
        self.words.append(ScriptWords(text if as_it_stands else as_said(text, context.language), context.manner))

    def pause(self, ms: int) -> None:
        self.end()
        self.silence_ms += ms
        if self.silence_ms > SILENCE_LIMIT_MS:
            raise SpeechError(f"The breaks add up to more than {SILENCE_LIMIT_MS // 1000} seconds.")
        if ms:
            self.parts.append(Silence(ms))

    def end(self) -> None:
        words = tuple(self.words)
        self.words.clear()
        if any(character.isalnum() for each in words for character in each.text):
            self.parts.extend(shortened(ScriptUtterance(self.language, words, self.voice)))


def of_ssml(document: str, language: str, voice: str | None, note: Note = _log) -> Script:
    """The script of an SSML document; `language` and `voice` hold where the document says no other.

    A fragment without the outer <speak> is taken too. A value that can't be read is left out, and an xml:lang that
    no voice speaks is read as the text around it; `note` is told. Raises SpeechError.
    """
    writer = _Writer()
    _walk(_parsed(document), _Context(language, voice, note), writer)
    writer.end()
    if not any(isinstance(part, ScriptUtterance) for part in writer.parts):
        raise SpeechError("There is nothing to say: the SSML holds no words.")
    return tuple(writer.parts)


def _parsed(document: str) -> Element:
    if len(document) > SSML_LIMIT:
        raise SpeechError(f"The SSML has {len(document)} characters; it may have {SSML_LIMIT}.")
    source = re.sub(r"^\s*<\?xml[^>]*\?>", "", document).strip()
    # A DTD has its place before the root element, so what starts with one must not be wrapped.
    if not re.match(r"<(speak\b|!)", source):
        source = f"<speak>{source}</speak>"
    try:
        root = fromstring(source.encode("utf-8"), forbid_dtd=True)
    except DefusedXmlException as error:
        raise SpeechError("SSML may hold no DTD and no entities of its own.") from error
    except ParseError as error:
        raise SpeechError(f"The SSML is not well-formed XML: {error}.") from error
    except UnicodeEncodeError as error:
        raise SpeechError("The SSML holds half a character (a lone surrogate): send it as UTF-8.") from error
    if _name(root) != "speak":
        raise SpeechError(f"The SSML starts with <{_name(root)}>; it must start with <speak>.")
    return root


def _walk(element: Element, outer: _Context, writer: _Writer) -> None:
    context = _within(element, outer)
    name = _name(element)
    match name:
        case "break":
            writer.pause(_break_ms(element, context.note))
        case "mark":
            pass
        case "sub":
            writer.say(_leaf(element, element.get("alias") or element.text or ""), context)
        case "say-as":
            _say_as(element, context, writer)
        case "p" | "s":
            writer.end()
            _inside(element, context, writer)
            writer.end()
        case "phoneme":
            _phoneme(element, context, writer)
        case "speak" | "prosody" | "emphasis" | "lang" | "voice" | "w":
            _inside(element, context, writer)
        case _:
            raise SpeechError(
                f"<{name}> is not allowed in SSML here. Allowed are speak, p, s, break, prosody, emphasis, "
                "phoneme, sub, say-as, lang, voice, w and mark."
            )


def _inside(element: Element, context: _Context, writer: _Writer) -> None:
    writer.say(element.text, context)
    for child in element:
        _walk(child, context, writer)
        writer.say(child.tail, context)


def _within(element: Element, outer: _Context) -> _Context:
    """The context inside an element. A new language drops the outer voice, which doesn't speak it."""
    if outer.depth > DEPTH_LIMIT:
        raise SpeechError(f"The SSML is nested deeper than {DEPTH_LIMIT} elements.")
    context = replace(outer, depth=outer.depth + 1)
    if tag := element.get(_XML_LANG):
        language = _spoken(tag, outer)
        voice = outer.voice if language == outer.language else None
        context = replace(context, language=language, voice=voice)
    if _name(element) == "voice" and (voice := element.get("name")):
        context = replace(context, voice=voice)
    if _name(element) == "emphasis":
        level = element.get("level", "moderate")
        if level in _EMPHASIS:
            context = replace(context, manner=replace(outer.manner, emphasis=level))
        else:
            _left_out(element, "level", level, outer.note)
    if _name(element) == "prosody":
        manner = outer.manner
        context = replace(
            context,
            manner=replace(
                manner,
                rate=_scaled(manner.rate, element, "rate", rate_percent, outer.note),
                volume=_scaled(manner.volume, element, "volume", volume_percent, outer.note),
                pitch=_scaled(manner.pitch, element, "pitch", pitch_percent, outer.note),
            ),
        )
    return context


def _spoken(tag: str, around: _Context) -> str:
    """What is spoken for the tag: a language without a voice of ours is read by the nearest, or as the text around."""
    spoken = spoken_for(tag, around.language)
    if spoken.remark:
        around.note(spoken.remark)
    elif not is_spelling_of(tag, spoken.language):
        around.note(f"{tag[:_SHOWN]} is spoken by the voice of {spoken.language}.")
    return spoken.language


def _scaled(outer: int, element: Element, attribute: str, read: Callable[[str], int | None], note: Note) -> int:
    """The outer percentage times what the attribute says; the outer one where that can't be read."""
    given = element.get(attribute)
    if given is None:
        return outer
    percent = read(given)
    if percent is None:
        _left_out(element, attribute, given, note)
        return outer
    return min(MOST_PERCENT, outer * percent // 100)


def _break_ms(element: Element, note: Note) -> int:
    _leaf(element, "")
    time, strength = element.get("time"), element.get("strength")
    ms = break_ms(time, strength)
    if ms is None:
        _left_out(element, "strength" if time is None else "time", time or strength or "", note)
        return break_ms(None, None) or 0
    return ms


def _left_out(element: Element, attribute: str, value: str, note: Note) -> None:
    """A value that can't be read is lost, and the words are not."""
    note(f"<{_name(element)}>: '{attribute}' is '{value[:_SHOWN]}', which can't be read; it is left out.")


def _say_as(element: Element, context: _Context, writer: _Writer) -> None:
    kind = element.get("interpret-as", "")
    text = _leaf(element, element.text or "")
    if kind in LETTER_BY_LETTER:
        writer.say(text, replace(context, manner=replace(context.manner, spelled=True)))
        return
    said = None
    if not is_kind(kind):
        _left_out(element, "interpret-as", kind, context.note)
    elif text.strip():
        before = writer.words[-1].text if writer.words else ""
        said = said_as(SayAs(kind, element.get("format", ""), without_controls(text), context.language, before))
        if said is None:
            context.note(f"<say-as>: '{text[:_SHOWN]}' can't be read as a {kind}; it is spoken as written.")
    writer.say(text if said is None else said, context)


def _phoneme(element: Element, context: _Context, writer: _Writer) -> None:
    pronunciation = element.get("ph", "").strip()
    ipa = ipa_of(element.get("alphabet", ""), pronunciation) if pronunciation else None
    words = _leaf(element, element.text or "").strip() or pronunciation
    writer.say(words, replace(context, manner=replace(context.manner, ipa=ipa)))


def _leaf(element: Element, text: str) -> str:
    if len(element):
        raise SpeechError(f"<{_name(element)}> may hold no other element; it holds <{_name(element[0])}>.")
    return text


def _name(element: Element) -> str:
    return str(element.tag).removeprefix(_NAMESPACE)
