"""The table of webhook parameters has what the code writes into requests, and nothing else."""

import ast
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import getsource
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from engine.flow import listening
from engine.flow.verbs import connect, dial, enqueue, gather, record, refer
from engine.live.conference import room, rooms
from engine.store import outbox
from engine.webhooks.payloads import conference, policy, recording, stream
from engine.webhooks.payloads.arrival import arrival_params
from engine.webhooks.payloads.call import status_form
from engine.webhooks.payloads.fallback import fallback_params
from engine.webhooks.payloads.parameters import OF_A_CALL, PARAMETERS, Webhook, WebhookParameter, carried_by
from engine.webhooks.payloads.queue import served_params, waiting_params
from engine.webhooks.request import BODY_HASH

pytestmark = pytest.mark.promise

Writer = ModuleType | Callable[..., object]

ENGINE: Final = Path(__file__).resolve().parents[3] / "engine"
WRITING: Final = ("flow", "live", "simulator", "store", "webhooks/payloads")
"""The folders in which requests get their parameters."""
ALWAYS_FORMS: Final = {Webhook.STATUS, Webhook.CONFERENCE, Webhook.RECORDING, Webhook.STREAM, Webhook.POLICY}
"""Others may be JSON, whose body has a hash in the URL."""
NOT_SENT: Final = {ENGINE / "flow" / "unsupported.py"}
"""Here such words are the names of elements."""
FIELD_WORD: Final = re.compile("[A-Z][a-z]+[A-Za-z0-9]*")
WRITERS: Final[Mapping[Webhook, Sequence[Writer]]] = {
    Webhook.FLOW: [arrival_params],
    Webhook.FALLBACK: [fallback_params],
    Webhook.GATHER: [gather],
    Webhook.PARTIAL_RESULT: [listening],
    Webhook.RECORD: [record],
    Webhook.DIAL: [dial],
    Webhook.ROOM_WAIT: [rooms],
    Webhook.SERVED: [served_params],
    Webhook.ENQUEUE: [enqueue],
    Webhook.QUEUE_WAIT: [waiting_params],
    Webhook.REFER: [refer],
    Webhook.CONNECT: [connect],
    Webhook.STATUS: [status_form, outbox],
    Webhook.CONFERENCE: [conference, room, outbox],
    Webhook.RECORDING: [recording, outbox],
    Webhook.STREAM: [stream, outbox],
    Webhook.POLICY: [policy, outbox],
}


def written_in(source: str) -> Iterator[str]:
    """Words of the field that are a dictionary's key, or are given by name."""
    for node in ast.walk(ast.parse(textwrap.dedent(source))):
        match node:
            case ast.Dict(keys=keys):
                yield from _field_words(key.value for key in keys if isinstance(key, ast.Constant))
            case ast.Subscript(slice=ast.Constant(value=key), ctx=ast.Store()):
                yield from _field_words([key])
            case ast.keyword(arg=str(name)):
                yield from _field_words([name])


def read_from_the_call(webhook: Webhook) -> set[str]:
    """What the table itself reads for a request; all that a flow asks for tell the same of the call."""
    if webhook not in OF_A_CALL:
        return set()
    read_for = Webhook.STATUS if webhook is Webhook.STATUS else Webhook.FLOW
    return {each.name for each in carried_by(read_for) if each.of_call is not None}


def _field_words(values: Iterator[object] | Sequence[object]) -> Iterator[str]:
    return (value for value in values if isinstance(value, str) and FIELD_WORD.fullmatch(value))


def test_every_parameter_that_is_written_is_in_the_table_and_no_other() -> None:
    sources = {path for folder in WRITING for path in (ENGINE / folder).rglob("*.py")} - NOT_SENT
    written = {name for path in sources for name in written_in(path.read_text("utf-8"))}

    read = {each.name for each in PARAMETERS if each.of_call is not None}
    assert {each.name for each in PARAMETERS} == written | read | {BODY_HASH}


@pytest.mark.parametrize("webhook", Webhook)
def test_the_table_says_which_requests_carry_it(webhook: Webhook) -> None:
    written = {name for writer in WRITERS[webhook] for name in written_in(getsource(writer))}

    hashed = set() if webhook in ALWAYS_FORMS else {BODY_HASH}
    assert {each.name for each in carried_by(webhook)} == written | read_from_the_call(webhook) | hashed


def test_no_parameter_stands_twice_in_the_table() -> None:
    assert Counter(each.name for each in PARAMETERS).most_common(1)[0][1] == 1


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.name)
def test_every_parameter_is_carried_and_explained(parameter: WebhookParameter) -> None:
    assert parameter.webhooks
    assert parameter.meaning
    assert not parameter.meaning.endswith(".")
