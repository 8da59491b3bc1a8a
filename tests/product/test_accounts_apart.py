"""Two accounts on one node: every published operation with the other's identifiers, by keys of every scope.

What is asked is made of the published document, so a new operation is asked too, or fails the test until it can be.
"""

import asyncio
import io
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from api.http.contract import BASE_PATH, Operation, Published
from engine.model.accounts import Scope, allowed
from engine.recordings.files.encoding import Format
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, Platform
from tests.peers.ports import Ports
from tests.product.belongings import CALLEE, Belongings, keys_of_a_stranger, owning

pytestmark = pytest.mark.sip

DOCUMENT: Final = Published.load()
OPERATIONS: Final = [each for each in DOCUMENT.operations.values() if not each.is_open]
OF_THE_NODE: Final = {
    "listRefusals", "listKeys", "createKey", "revokeKey", "rotateKey",
    "listTrunks", "addTrunk", "getTrunk", "changeTrunk", "removeTrunk", "listTrunkEvents",
    "getTrunkCosts", "setTrunkCosts", "listRoutes", "addRoute", "getRoute", "removeRoute",
    "listBans", "addBan", "liftBan", "getDrain", "beginDrain", "endDrain",
    "listPolicies", "setPolicy", "removePolicy", "testPolicies",
    "getBalance", "setPrepaid", "listBalanceEntries", "topUpBalance", "getPace", "setPace", "removePace",
    "getDisclosureTerms", "changeDisclosureTerms",
}  # fmt: skip
"""Who may do them is the operator, of whatever account."""
OF_THEIR_OWN: Final = {
    "listCalls", "listConferences", "createConference", "streamEvents", "listQueues", "createQueue",
    "listRecordings", "listHolds",
    "exportPersonalData", "erasePersonalData", "getOwnBalance", "listOwnBalanceEntries",
    "listNumbers", "listApplications", "addApplication",
}  # fmt: skip
"""They name nothing of another account; what they answer and do has nothing of it."""
NAMED_IN_BODY: Final = {"initiateCall", "setHold"}
_STREAM_S: Final = 1.5


@dataclass(frozen=True, slots=True)
class Owned:
    """What the other account has, by the names of the document's parameters."""

    ids: Mapping[str, str]

    @classmethod
    def of(cls, owner: Belongings) -> "Owned":
        return cls(
            {
                "call_id": owner.call,
                "parent_id": owner.call,
                "conference_id": owner.conference,
                "participant_id": owner.participant,
                "recording_id": owner.recording,
                "queue_id": owner.queue,
                "hold_id": owner.hold,
                "number_id": owner.number,
                "application_id": owner.application,
            }
        )

    def path(self, operation: Operation) -> str:
        nobodys = {
            "trunk": "nobody",
            "route_id": "RT" + "0" * 32,
            "key_id": "SK" + "0" * 32,
            "account": "nobody",
            "source": "192.0.2.1",
            "stream": "desk",
        }
        return operation.path.format(**{**nobodys, **self.ids})

    def other_ways(self, operation: Operation) -> list[tuple[str, str]]:
        """Methods and paths by which an operation is served beside its published ones."""
        path = self.path(operation)
        ways = [("HEAD", path)] if operation.method == "GET" else []
        suffixes = Format if operation.id == "downloadRecording" else ()
        return [*ways, *((method, f"{path}.{suffix}") for suffix in suffixes for method in ("GET", "HEAD"))]

    def query(self, operation: Operation) -> dict[str, str]:
        asked = {each.name: self.ids[each.name] for each in operation.query if each.name in self.ids}
        return {**asked, "last_event_id": "0"} if operation.id == "streamEvents" else asked

    def body(self, operation: Operation) -> Any:
        """The document's example, about the other's things."""
        published = DOCUMENT.document["paths"][operation.path.removeprefix(BASE_PATH)][operation.method.lower()]
        if "requestBody" not in published:
            return None
        example = published["requestBody"]["content"]["application/json"]["example"]
        others = {"from": NUMBER, "to": CALLEE, "number": CALLEE, "object": self.ids["call_id"]}
        return {name: others.get(name, value) for name, value in example.items()}


async def asked_otherwise(telefoon: Platform, operation: Operation, owned: Owned, key: str, scope: Scope) -> list[str]:
    """What is wrong with the answers to the other ways of asking the same, which are those of the published one."""
    wrong = []
    for method, path in owned.other_ways(operation) if operation.id not in OF_THEIR_OWN else ():
        async with telefoon.client.request(
            method, f"{telefoon.address}{path}", params=owned.query(operation), headers={"X-API-Key": key}
        ) as response:
            if response.status not in (403, 404):
                wrong.append(f"{method} {path} with {scope}: {response.status}")
    return wrong


async def asked(telefoon: Platform, operation: Operation, owned: Owned, key: str) -> tuple[int, str]:
    """The status, and the answer as text; of a stream what comes at its beginning."""
    response = await telefoon.client.request(
        operation.method,
        f"{telefoon.address}{owned.path(operation)}",
        params=owned.query(operation),
        json=owned.body(operation),
        headers={"X-API-Key": key},
    )
    content = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(_STREAM_S if response.content_type == "text/event-stream" else None):
            async for part in response.content.iter_any():
                content += part
    response.close()
    return response.status, _text(response, content)


def _text(response: aiohttp.ClientResponse, content: bytes) -> str:
    if response.content_type != "application/zip":
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("data.json").decode()


def test_every_operation_is_asked_in_one_of_these_ways() -> None:
    named = {each.id for each in OPERATIONS if "{" in each.path} - OF_THE_NODE

    assert not named & (OF_THEIR_OWN | NAMED_IN_BODY)
    assert named | OF_THE_NODE | OF_THEIR_OWN | NAMED_IN_BODY == {each.id for each in OPERATIONS}


async def test_no_operation_shows_or_changes_what_is_anothers_whatever_a_key_is_for(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    wrong: list[str] = []
    async with owning(tmp_path, ports, shop) as (telefoon, owner):
        owned = Owned.of(owner)
        before = await owner.as_they_are(telefoon)

        keys = await asyncio.to_thread(keys_of_a_stranger, telefoon)
        for operation in OPERATIONS:
            for scope, key in keys.items():
                if operation.id in OF_THE_NODE and scope is Scope.ADMIN:
                    continue
                status, text = await asked(telefoon, operation, owned, key)
                wrong += faults_of(operation, scope, owned, status, text)
                wrong += await asked_otherwise(telefoon, operation, owned, key, scope)

        assert wrong == []
        assert await owner.as_they_are(telefoon) == before


async def test_nobody_reaches_anothers_participant_by_a_conference_of_their_own(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with owning(tmp_path, ports, shop) as (telefoon, owner):
        owned = Owned.of(owner)
        before = await owner.as_they_are(telefoon)
        key = (await asyncio.to_thread(keys_of_a_stranger, telefoon))[Scope.CALLS]
        headers = {"X-API-Key": key}
        async with telefoon.client.post("conferences", json={"friendly_name": "own"}, headers=headers) as response:
            own = Owned({**owned.ids, "conference_id": (await response.json())["id"]})

        of_participants = [each for each in OPERATIONS if "{participant_id}" in each.path]
        got = {each.id: (await asked(telefoon, each, own, key))[0] for each in of_participants}

        assert of_participants
        assert set(got.values()) <= {403, 404}, got
        assert await owner.as_they_are(telefoon) == before


def faults_of(operation: Operation, scope: Scope, owned: Owned, status: int, text: str) -> list[str]:
    """What is wrong with an answer to a stranger's key of this scope; 409 is about what another key of theirs made."""
    what = f"{operation.id} with {scope}: {status} {text[:300]}"
    if not allowed(frozenset({scope}), Scope(operation.scope)):
        return [] if status == 403 and "lacks the scope" in text else [what]
    if operation.id not in OF_THEIR_OWN:
        return [] if status in (403, 404) and "lacks the scope" not in text else [what]
    shown = [name for name, identifier in owned.ids.items() if identifier in text]
    return [] if (status < 300 or status == 409) and not shown else [f"{what} shows {shown}"]
