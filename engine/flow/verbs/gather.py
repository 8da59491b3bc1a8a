"""<Gather>: take keys from the caller while prompts play."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from engine.flow.document import Continue, GoTo, Method, Next
from engine.flow.kinds import KEYS, WEB_ADDRESS, Choice, Flag, Pattern, Whole
from engine.flow.scene import Scene
from engine.flow.shape import attribute, nested
from engine.flow.verbs.pause import Pause
from engine.flow.verbs.play import Play
from engine.flow.verbs.say import Say


@dataclass(frozen=True, slots=True)
class Gather:
    """Take up to `num_digits` keys, ended by a key of `finish_on_key` or by `timeout` seconds without one.

    The time counts from the prompts' end and anew from each key; the first key stops the prompts. Keys go to
    `action`; without any, the flow goes on with the next verb.
    """

    input: str = attribute(
        Pattern("dtmf; speech may stand beside it but is not listened to yet", "dtmf|dtmf speech|speech dtmf"),
        default="dtmf",
        help="What is listened for",
    )
    num_digits: int | None = attribute(Whole(1, 1000), help="How many keys are enough; no limit if left out")
    timeout: int = attribute(Whole(0, 600), default=5, help="Seconds to wait for the next key")
    finish_on_key: str = attribute(KEYS, default="#", help="Keys that end the input; they are not part of it")
    action: str | None = attribute(WEB_ADDRESS, help="Where the keys go; this document's URL if left out")
    method: Method = attribute(Choice(Method), default=Method.POST, help="How action is requested")
    action_on_empty_result: bool = attribute(Flag(), default=False, help="Request action also without any key")
    barge_in: bool = attribute(Flag(), default=True, help="Whether a key stops the prompts")
    prompts: tuple[Say | Play | Pause, ...] = nested(Say, Play, Pause, help="What is heard meanwhile")

    IGNORED: ClassVar = (
        "language", "speechTimeout", "maxSpeechTime", "hints", "profanityFilter", "enhanced", "speechModel",
        "partialResultCallback", "partialResultCallbackMethod", "debug",
    )  # fmt: skip

    async def run(self, scene: Scene) -> Next:
        await scene.stage.answer()
        digits, ended_by = await self._keys(scene)
        if not digits and not self.action_on_empty_result:
            return Continue()
        params = {"Digits": digits, "FinishedOnKey": ended_by} if ended_by else {"Digits": digits}
        return GoTo(self.action or "", self.method, params)

    async def _keys(self, scene: Scene) -> tuple[str, str]:
        """The keys, and the one that ended them if any did."""
        digits = ""
        key = await self._first_key(scene)
        while key is not None:
            if key in self.finish_on_key:
                return digits, key
            digits += key
            if len(digits) == self.num_digits:
                break
            key = await scene.stage.digit(self.timeout)
        return digits, ""

    async def _first_key(self, scene: Scene) -> str | None:
        if not self.barge_in:
            await self._prompt(scene)
            scene.stage.forget_digits()
        elif self.prompts:
            return await self._key_that_interrupts(scene)
        return await scene.stage.digit(self.timeout)

    async def _key_that_interrupts(self, scene: Scene) -> str | None:
        listening = asyncio.create_task(scene.stage.digit(None))
        prompting = asyncio.create_task(self._prompt_and_wait(scene))
        try:
            await asyncio.wait({listening, prompting}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                return listening.result()
            prompting.result()
            return None
        finally:
            listening.cancel()
            prompting.cancel()
            await asyncio.gather(listening, prompting, return_exceptions=True)

    async def _prompt(self, scene: Scene) -> None:
        for prompt in self.prompts:
            await prompt.run(scene)

    async def _prompt_and_wait(self, scene: Scene) -> None:
        await self._prompt(scene)
        await scene.stage.pause(self.timeout)
