"""Two accounts at /2010-04-01: every published operation with the other's identifiers, by keys of every scope.

What is asked is made of the published document, so a new operation is asked too, or fails the test until it can be.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from api.http.contract import Operation
from api.http.v2010.contract import PREFIXES, published
from engine.model.accounts import Scope, allowed
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, Platform
from tests.peers.ports import Ports
from tests.product.belongings import CALLEE, STRANGER, Belongings, account_id, keys_of_a_stranger, owning

pytestmark = pytest.mark.sip

OPERATIONS: Final = [each for each in published().operations.values() if not each.is_open]
NO_LIMITS: Final = {"API_RATE_PER_KEY": "0", "API_RATE_PER_ADDRESS": "0", "API_WRONG_KEYS": "0"}
FORMS: Final[Mapping[str, Mapping[str, str]]] = {
    "CreateApplication": {"FriendlyName": "theirs"},
    "CreateCall": {"To": CALLEE, "From": NUMBER, "Twiml": "<Response><Hangup/></Response>"},
    "CreateCallRecording": {"RecordingChannels": "dual"},
    "CreateParticipant": {"To": CALLEE, "From": NUMBER},
    "CreateQueue": {"FriendlyName": "support"},
    "CreateStream": {"Url": "wss://127.0.0.1:9/media"},
    "UpdateApplication": {"FriendlyName": "theirs"},
    "UpdateCall": {"Status": "completed"},
    "UpdateCallRecording": {"Status": "stopped"},
    "UpdateConference": {"Status": "completed"},
    "UpdateConferenceRecording": {"Status": "stopped"},
    "UpdateIncomingPhoneNumber": {"FriendlyName": "theirs"},
    "UpdateMember": {"Url": "http://127.0.0.1:9/next", "Method": "GET"},
    "UpdateParticipant": {"Muted": "true"},
    "UpdateQueue": {"FriendlyName": "theirs"},
    "UpdateStream": {"Status": "stopped"},
}
"""What each operation with a body is asked to do with what is another's."""
NOT_THEIR_NUMBER: Final = '"code": 21210'
NEVER_THERE: Final = "NO" + "0" * 32
"""Notifications are none: there is nothing of an owner to ask for."""


@dataclass(frozen=True, slots=True)
class Asking:
    """An operation on the owner's things, at the path of an account."""

    operation: Operation
    account: str
    owner: Belongings

    @property
    def path(self) -> str:
        noun = self.operation.path.partition("/{Sid}")[0].rpartition("/")[2]
        sid = self._ids().get(noun, "")  # a path without {Sid} has none
        return self.operation.path.format(**self._named(), AccountSid=self.account, Sid=sid)

    @property
    def query(self) -> dict[str, str]:
        named = {**self._named(), "ParentCallSid": self.owner.call}
        return {each.name: named[each.name] for each in self.operation.query if each.name in named}

    @property
    def form(self) -> Mapping[str, str] | None:
        return FORMS[self.operation.id] if self.operation.body is not None else None

    async def answered(self, telefoon: Platform, user: str, key: str, prefix: str = PREFIXES[0]) -> tuple[int, str]:
        """The status, and the answer as text."""
        async with telefoon.client.request(
            self.operation.method,
            f"{telefoon.address}{prefix}{self.path.removeprefix(PREFIXES[0])}",
            params=self.query,
            data=self.form,
            headers={"Authorization": aiohttp.encode_basic_auth(user, key)},
        ) as response:
            return response.status, (await response.read()).decode(errors="replace")

    def _ids(self) -> dict[str, str]:
        return {
            "Calls": self.owner.call,
            "Recordings": self.owner.recording,
            "Conferences": self.owner.conference,
            "Queues": self.owner.queue,
            "Applications": self.owner.application,
            "IncomingPhoneNumbers": self.owner.number,
            "OutgoingCallerIds": self.owner.number,
            "Notifications": NEVER_THERE,
        }

    def _named(self) -> dict[str, str]:
        of_calls = {"/Calls/{CallSid}/Recordings": self.owner.recorded, "/Members/": self.owner.waiting}
        call = next((id_ for within, id_ in of_calls.items() if within in self.operation.path), self.owner.call)
        return {
            "CallSid": call,
            "ConferenceSid": self.owner.conference,
            "QueueSid": self.owner.queue,
            "StreamSid": "desk",
        }


def names_something(operation: Operation) -> bool:
    """Whether its path has more than the account."""
    return bool(operation.in_path.keys() - {"AccountSid"})


def test_every_operation_with_a_body_is_asked_to_do_something() -> None:
    assert FORMS.keys() == {each.id for each in OPERATIONS if each.body is not None}


async def test_no_operation_shows_or_changes_what_is_anothers_whatever_a_key_is_for(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    wrong: list[str] = []
    async with owning(tmp_path, ports, shop, NO_LIMITS) as (telefoon, owner):
        keys = await asyncio.to_thread(keys_of_a_stranger, telefoon)
        stranger = await asyncio.to_thread(account_id, telefoon, STRANGER)
        before = await owner.as_they_are(telefoon)

        for operation in OPERATIONS:
            for scope, key in keys.items():
                for account in (stranger, owner.account):
                    asking = Asking(operation, account, owner)
                    wrong += faults_of(asking, scope, *await asking.answered(telefoon, stranger, key))
            status, text = await Asking(operation, owner.account, owner).answered(
                telefoon, owner.account, keys[Scope.CALLS], PREFIXES[1]
            )
            wrong += [] if status == 401 else [f"{operation.id} with another's key: {status} {text[:300]}"]

        assert wrong == []
        assert await owner.as_they_are(telefoon) == before


async def test_the_owner_reads_at_the_same_paths_what_strangers_do_not(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    read = [each for each in OPERATIONS if each.method == "GET" and "{Sid}" in each.path]
    async with owning(tmp_path, ports, shop, NO_LIMITS) as (telefoon, owner):
        got = {}
        for operation in read:
            asking = Asking(operation, owner.account, owner)
            if NEVER_THERE not in asking.path:
                got[operation.id] = (await asking.answered(telefoon, owner.account, telefoon.key))[0]

    assert got
    assert {name: status for name, status in got.items() if status != 200} == {"FetchConferenceRecording": 404}


def faults_of(asking: Asking, scope: Scope, status: int, text: str) -> list[str]:
    """What is wrong with an answer to a stranger's key of this scope; 409 is about what another key of theirs made."""
    operation = asking.operation
    what = [f"{operation.method} {asking.path} with {scope}: {status} {text[:300]}"]
    if not allowed(frozenset({scope}), Scope(operation.scope)):
        return [] if status == 403 and "lacks the scope" in text else what
    if "{AccountSid}" in operation.path and asking.account == asking.owner.account:
        return [] if status == 404 else what
    if names_something(operation):
        return [] if status in (403, 404) and "lacks the scope" not in text else what
    if operation.id == "CreateCall":
        return [] if status == 400 and NOT_THEIR_NUMBER in text else what
    shown = [*shown_of(asking, text)]
    return [] if (status < 300 or status == 409) and not shown else [*what, f"it shows {shown}"]


def shown_of(asking: Asking, text: str) -> Iterator[str]:
    """What is of the owner in an answer, but for what was asked by: pages have their own address, with its filters."""
    owner = asking.owner
    ids = {owner.account, owner.call, owner.waiting, owner.recorded, owner.conference, owner.recording, owner.queue}
    return (each for each in {*ids, owner.number, owner.application} - {*asking.query.values()} if each in text)
