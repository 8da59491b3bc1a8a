"""<Gather>: take keys or speech from the caller while prompts play."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from engine.errors import FlowFailed
from engine.flow.attribute_types import Choice, Flag, Language, Whole, WholeOr, Words
from engine.flow.execution_context import ExecutionContext
from engine.flow.listening import Input, Listening, Taken
from engine.flow.next_step import Continue, GoTo, HttpMethod, Next
from engine.flow.patterns import KEYS, TEXT, WEB_ADDRESS
from engine.flow.shape import attribute, nested
from engine.flow.verbs.pause import Pause
from engine.flow.verbs.play import Play
from engine.flow.verbs.say import Say


@dataclass(frozen=True, slots=True)
class Gather:
    """Take up to `num_digits` keys, ended by a key of `finish_on_key` or by `timeout` seconds without one; or speech.

    The time counts from the prompts' end and anew from each key; the first key or word stops the prompts. What came
    goes to `action`; without any, the flow goes on with the next verb.
    """

    input: tuple[Input, ...] = attribute(
        Words(Input), default=(Input.DTMF,), help="What is listened for; speech needs a recognizer"
    )
    num_digits: int | None = attribute(Whole(1, 1000), help="How many keys are enough; no limit if left out")
    timeout: int = attribute(Whole(0, 600), default=5, help="Seconds to wait for the next key, or for speech to begin")
    finish_on_key: str = attribute(KEYS, default="#", help="Keys that end the input; they are not part of it")
    action: str | None = attribute(WEB_ADDRESS, help="Where the input goes; this document's URL if left out")
    method: HttpMethod = attribute(Choice(HttpMethod), default=HttpMethod.POST, help="How action is requested")
    action_on_empty_result: bool = attribute(Flag(), default=False, help="Request action also without any input")
    barge_in: bool = attribute(Flag(), default=True, help="Whether a key or speech stops the prompts")
    speech_timeout: int | None = attribute(
        WholeOr(1, 60, "auto"), help="Seconds of silence that end speech; auto, the default, is one"
    )
    max_speech_time: int = attribute(Whole(1, 600), default=60, help="Seconds of speech at most")
    language: str | None = attribute(Language(), help="The language that is spoken; the call's if left out")
    hints: str = attribute(TEXT, default="", help="Words and phrases to expect, commas between")
    partial_result_callback: str | None = attribute(WEB_ADDRESS, help="Told what is understood while it is spoken")
    partial_result_callback_method: HttpMethod = attribute(
        Choice(HttpMethod), default=HttpMethod.POST, help="How partialResultCallback is requested"
    )
    mask: bool = attribute(
        Flag(), default=False, help="Keep the input secret: not in events, logs or the ledger, and silent in recordings"
    )
    prompts: tuple[Say | Play | Pause, ...] = nested(Say, Play, Pause, help="What is heard meanwhile")

    IGNORED: ClassVar = {
        "debug": "every request is in the call's ledger.",
        "enhanced": "the recognizer has one quality.",
        "profanityFilter": "what was said is told as it was understood.",
        "speechModel": "the recognizer has one model.",
    }

    DIFFERS: ClassVar = {
        "input": "speech is listened to where the node has a recognizer (TELEFOON_RECOGNIZER); keys always are.",
        "language": "the call's language where it is left out.",
        "speechTimeout": "a second where it is left out, and not the timeout.",
    }

    def differences(self) -> Iterator[tuple[str, str]]:
        """Speech depends on the node."""
        if Input.SPEECH in self.input:
            yield "input", self.DIFFERS["input"]

    async def run(self, context: ExecutionContext) -> Next:
        language = await self._language(context) if Input.SPEECH in self.input else None
        await context.stage.answer()
        if self.mask:
            await context.stage.hide(True)
        try:
            taken = await Listening(self, context, language).take()
        finally:
            if self.mask:
                await context.stage.hide(False)
        return self._next(taken)

    async def _language(self, context: ExecutionContext) -> str | None:
        """The language of speech; None where none is understood. Raises FlowFailed if no keys are taken instead."""
        understood = context.stage.recognized_languages
        language = (await context.spoken(self.language)).language
        if language in understood:
            return language
        if self.input != (Input.SPEECH,):
            if understood:
                await context.stage.note("speech_not_heard", reason=f"the recognizer does not understand {language}")
            return None
        if understood:
            raise FlowFailed(
                f"Gather listens to speech only, and the recognizer does not understand {language}. "
                "Name another language, or write input='dtmf speech'."
            )
        raise FlowFailed(
            "Gather listens to speech only, and this node has no recognizer. "
            "Set TELEFOON_RECOGNIZER, or write input='dtmf speech'."
        )

    def _next(self, taken: Taken) -> Next:
        if not taken and not self.action_on_empty_result:
            return Continue()
        params = {"Digits": taken.digits}
        if taken.ended_by:
            params["FinishedOnKey"] = taken.ended_by
        if taken.spoken is not None:
            params = {"SpeechResult": taken.spoken.text, "Confidence": f"{taken.spoken.confidence:.2f}"}
        hidden = frozenset(params) if self.mask else frozenset[str]()
        return GoTo(self.action or "", self.method, params, hidden)
