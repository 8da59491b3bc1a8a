"""Every callback of the library, and what becomes of it here: none can leave a dialog that nobody has."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from enum import Enum
from typing import Final

import pjsua2 as pj
import pytest

from engine.ports import ReferRequested
from sip.dialog import Dialog
from sip.trunks.account import SipAccount
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.peers.waiting import within
from tests.sip.conftest import Line
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip


class Fate(Enum):
    """What becomes of a callback here."""

    OURS = "ours: a method of our own answers it"
    GATED = "gated: what would lead to it is refused before the library (sip/requests.py)"
    TOLD = "told: it tells of a call, a transaction or a medium that there is, and its default does nothing"
    UNUSED = "unused: we never begin what it tells of"


CALLBACKS: Final[Mapping[type, Mapping[str, Fate]]] = {
    pj.Account: {
        "onIncomingCall": Fate.OURS,
        "onSendRequest": Fate.OURS,
        "onRegState": Fate.OURS,
        "onRegStarted": Fate.TOLD,
        "onAuthChallenge": Fate.TOLD,
        "onIncomingSubscribe": Fate.GATED,
        "onInstantMessage": Fate.GATED,
        "onTypingIndication": Fate.GATED,
        "onMwiInfo": Fate.GATED,
        "onInstantMessageStatus": Fate.UNUSED,
    },
    pj.Call: {
        "onCallState": Fate.OURS,
        "onCallTsxState": Fate.OURS,
        "onCallMediaState": Fate.OURS,
        "onCallSdpCreated": Fate.OURS,
        "onStreamCreated": Fate.OURS,
        "onStreamDestroyed": Fate.OURS,
        "onDtmfDigit": Fate.OURS,
        "onCallRedirected": Fate.OURS,
        "onCallRxReinvite": Fate.OURS,
        "onCallTransferRequest": Fate.OURS,
        "onCallTransferStatus": Fate.OURS,
        "onCallReplaceRequest": Fate.GATED,
        "onCallReplaced": Fate.GATED,
        "onInstantMessage": Fate.GATED,
        "onTypingIndication": Fate.GATED,
        "onInstantMessageStatus": Fate.UNUSED,
        "onCallRxText": Fate.UNUSED,
        "onCallRxOffer": Fate.TOLD,
        "onCallTxOffer": Fate.TOLD,
        "onCallMediaEvent": Fate.TOLD,
        "onCallMediaTransportState": Fate.TOLD,
        "onCreateMediaTransport": Fate.TOLD,
        "onCreateMediaTransportSrtp": Fate.TOLD,
        "onDtmfEvent": Fate.TOLD,
        "onStreamPreCreate": Fate.TOLD,
    },
    pj.Endpoint: {
        "onSelectAccount": Fate.TOLD,
        "onTimer": Fate.TOLD,
        "onTransportState": Fate.TOLD,
        "onMediaEvent": Fate.TOLD,
        "onAudioMediaOpCompleted": Fate.TOLD,
        "onVideoMediaOpCompleted": Fate.UNUSED,
        "onRejectedIncomingCall": Fate.TOLD,
        "onCredAuth": Fate.UNUSED,
        "onIpChangeProgress": Fate.UNUSED,
        "onNatCheckStunServersComplete": Fate.UNUSED,
        "onNatDetectionComplete": Fate.UNUSED,
    },
    pj.Buddy: {
        "onBuddyState": Fate.UNUSED,
        "onBuddyEvSubState": Fate.UNUSED,
        "onBuddyDlgEventState": Fate.UNUSED,
        "onBuddyEvSubDlgEventState": Fate.UNUSED,
    },
}
OURS: Final[Mapping[type, type]] = {pj.Account: SipAccount, pj.Call: Dialog}

_TYPING: Final = '<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>active</state></isComposing>'
_PROVOCATIONS: Final = {
    "SUBSCRIBE to presence": ("SUBSCRIBE", ("Event: presence", "Expires: 600"), "", ""),
    "SUBSCRIBE to dialogs": ("SUBSCRIBE", ("Event: dialog", "Expires: 600"), "", ""),
    "SUBSCRIBE to refer": ("SUBSCRIBE", ("Event: refer", "Expires: 600"), "", ""),
    "NOTIFY of messages": (
        "NOTIFY", ("Event: message-summary", "Subscription-State: active"), "Messages-Waiting: yes\r\n",
        "application/simple-message-summary",
    ),
    "NOTIFY of a reference": (
        "NOTIFY", ("Event: refer", "Subscription-State: active"), "SIP/2.0 200 OK", "message/sipfrag;version=2.0",
    ),
    "MESSAGE": ("MESSAGE", (), "hello", "text/plain"),
    "typing": ("MESSAGE", (), _TYPING, "application/im-iscomposing+xml"),
    "PUBLISH": ("PUBLISH", ("Event: presence", "Expires: 600"), "<presence/>", "application/pidf+xml"),
    "REFER": ("REFER", ("Refer-To: <sip:expensive@127.0.0.1:9>",), "", ""),
    "INVITE that replaces": ("INVITE", ("Replaces: a@b;to-tag=1;from-tag=2",), audio(), "application/sdp"),
    "INVITE that joins": ("INVITE", ("Require: join", "Join: a@b;to-tag=1;from-tag=2"), audio(), "application/sdp"),
}  # fmt: skip
Provocation = tuple[str, tuple[str, ...], str, str]


@pytest.fixture
async def caller(line: Line) -> AsyncIterator[RawCaller]:
    async with raw_caller(line.port) as opened:
        yield opened


async def has_only(line: Line, calls: int) -> None:
    """As soon as what was under way is over; the library holds no call beside."""
    async with within(10):
        while await line.agent.strays() or len(line.agent._stack.dialogs) != calls:
            await asyncio.sleep(0.05)
    assert line.arrivals.empty()


@pytest.mark.parametrize("kind", CALLBACKS)
def test_the_table_has_every_callback_of_the_library_and_says_which_are_ours(kind: type) -> None:
    callbacks = {name for name in vars(kind) if name.startswith("on")}
    ours = {name for name in callbacks if kind in OURS and getattr(OURS[kind], name) is not getattr(kind, name)}

    assert callbacks == set(CALLBACKS[kind])
    assert ours == {name for name, fate in CALLBACKS[kind].items() if fate is Fate.OURS}


@pytest.mark.parametrize("provocation", _PROVOCATIONS.values(), ids=_PROVOCATIONS)
async def test_nothing_that_might_begin_a_dialog_does_so_outside_a_call(
    line: Line, caller: RawCaller, provocation: Provocation
) -> None:
    method, headers, body, kind = provocation

    refused = await caller.asks(method, *headers, body=body, content_type=kind)

    assert refused.code is not None
    assert refused.code >= 400
    await has_only(line, 0)


@pytest.mark.parametrize("provocation", _PROVOCATIONS.values(), ids=_PROVOCATIONS)
async def test_nor_does_it_within_one(line: Line, caller: RawCaller, provocation: Provocation) -> None:
    method, headers, body, kind = provocation
    call = await in_a_call(line, caller)

    await caller.asks(method, *headers, body=body, content_type=kind)

    await has_only(line, 1)
    assert (method == "REFER") == any(isinstance(each, ReferRequested) for each in call.seen)
    assert not caller.requests("INVITE") + caller.requests("NOTIFY") + caller.requests("BYE")
    await call.leg.hang_up()


async def test_a_call_that_we_fail_to_take_is_ended(
    line: Line, caller: RawCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("sip.stack.handed_headers", lambda *_: 1 / 0)
        assert (await caller.asks("INVITE", body=audio())).code == 500

    await has_only(line, 0)
    async with raw_caller(line.port) as another:
        call = await in_a_call(line, another)
        await call.leg.hang_up()
