"""An utterance as espeak-ng's own SSML: the manners in which words are said."""

from xml.sax.saxutils import escape, quoteattr

from tts.phonemes import espeak_phonemes
from tts.script import ScriptUtterance, ScriptWords


def markup(utterance: ScriptUtterance) -> str:
    """SSML that says the words in their manners: built from values, so nothing foreign can be in it."""
    return f"<speak>{''.join(_element(each, utterance.language) for each in utterance.words)}</speak>"


def _element(words: ScriptWords, language: str) -> str:
    manner = words.manner
    # A text's own [[ would be taken for mnemonics.
    markup = escape(words.text.replace("[[", "[ ["))
    if manner.ipa is not None and (phonemes := espeak_phonemes(manner.ipa, language)) is not None:
        markup = f"[[{phonemes}]] "  # without the space, the tag that follows is read aloud
    elif manner.spelled:
        markup = f'<say-as interpret-as="characters">{markup}</say-as>'
    if manner.emphasis is not None:
        markup = f"<emphasis level={quoteattr(manner.emphasis)}>{markup}</emphasis>"
    prosody = "".join(
        f' {name}="{value}%"'
        for name, value in (("rate", manner.rate), ("volume", manner.volume), ("pitch", manner.pitch))
        if value != 100
    )
    return f"<prosody{prosody}>{markup}</prosody>" if prosody else markup
