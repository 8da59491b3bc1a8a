"""The auditor: whether every call is accounted for exactly once, by all who keep something of it.

Row, events, callbacks and recordings are kept by different parts, at different moments, and a fault may come between
any two. `Books` are what all of them say; `faults_of` compares them, and `audit` asks a running platform for them.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from typing import Final

from tests.peers.customer import Customer
from tests.peers.platform import ENDED, Json, Platform
from tests.peers.waiting import eventually, within

ORDER: Final = ("queued", "ringing", "in-progress")
"""In which a call has its statuses, before one of ENDED."""
CLOSED: Final = frozenset({"completed", "failed", "absent", "deleted"})
_PAGE: Final = 100
_BACK_S: Final = 60.0
"""A node that has what was recorded may just be starting: it is asked again as it says."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording: its row, and what a download of it gave; None where there is none."""

    row: Json
    sound: bytes | None


@dataclass(frozen=True, slots=True)
class Books:
    """What each party says. `ordered` are the ids that the client was given; `events` and the rows are by call."""

    ordered: Sequence[str]
    rows: Sequence[Json]
    events: Mapping[str, Sequence[Json]]
    callbacks: Sequence[Mapping[str, str]]
    recordings: Sequence[Kept] = ()
    recorded: Collection[str] = field(default_factory=frozenset)
    """The calls of which there must be a recording."""


def faults_of(books: Books) -> list[str]:
    """What does not fit together, a sentence each; empty where every call is accounted for exactly once."""
    return [
        *_of_rows(books),
        *faults_of_calls(books.rows, books.events),
        *(fault for row in books.rows for fault in _of_callbacks(row["id"], row["status"], books.callbacks)),
        *(fault for kept in books.recordings for fault in _of_recording(kept)),
    ]


def faults_of_calls(rows: Sequence[Json], events: Mapping[str, Sequence[Json]]) -> list[str]:
    """What does not fit together in the rows of calls that are over and their events, a sentence each."""
    return [fault for row in rows for fault in _of_call(row, events.get(row["id"], ()))]


async def audit(
    telefoon: Platform, ordered: Sequence[str], shop: Customer, *, recorded: Collection[str] | None = None
) -> list[str]:
    """Wait until all ordered calls have ended and been told of; what does not fit then.

    Their callbacks went to /status of `shop`. Those of `recorded` have a recording each, or, where it is None, each
    that was answered.
    """
    for call_id in ordered:
        await telefoon.ended_call(call_id, within_s=90)
    await eventually(
        lambda: {each["CallSid"] for each in shop.forms("/status") if each["CallStatus"] in ENDED} >= set(ordered),
        within_s=90,
        otherwise=lambda: "the end of each call is told",
    )
    rows = await _all(telefoon, "calls")
    events = {row["id"]: await telefoon.events(row["id"]) for row in rows}
    answered = {each for each in ordered if "in-progress" in _statuses(events.get(each, ()))}
    kept = [Kept(row, await _sound(telefoon, row)) for row in await _closed_recordings(telefoon)]
    callbacks = [form for form in shop.forms("/status") if form["CallSid"] in set(ordered)]
    return faults_of(Books(ordered, rows, events, callbacks, kept, answered if recorded is None else recorded))


def _of_rows(books: Books) -> Iterable[str]:
    counted = Counter(row["id"] for row in books.rows)
    for call_id in books.ordered:
        if counted[call_id] != 1:
            yield f"{call_id} was ordered, and is {counted[call_id]} times among the calls"
    for stranger in counted.keys() - set(books.ordered):
        yield f"{stranger} is among the calls, and nobody ordered it"
    recordings = Counter(kept.row["call_id"] for kept in books.recordings)
    for call_id in recordings.keys() | set(books.recorded):
        wanted = int(call_id in books.recorded)
        if recordings[call_id] != wanted:
            yield f"{call_id} has {recordings[call_id]} recordings, not {wanted}"


def _of_call(row: Json, events: Sequence[Json]) -> Iterable[str]:
    call_id, status = row["id"], row["status"]
    if status not in ENDED:
        yield f"{call_id} is {status}, although it is over"
    if not row.get("end_time") or row.get("duration") is None:
        yield f"{call_id} has no end or no duration"
    yield from _of_events(call_id, status, events)


def _of_events(call_id: str, status: str, events: Sequence[Json]) -> Iterable[str]:
    noted = _statuses(events)
    if not noted or noted[-1] != status:
        yield f"{call_id} is {status}, and its last event of a status is {noted[-1:]}"
    yield from _of_order(call_id, noted, "noted")
    ends = [event for event in events if event["kind"] in ("hung_up", "process_died")]
    if len(ends) > 1:
        yield f"{call_id} has {len(ends)} events of its end"
    if any(earlier["at"] > later["at"] for earlier, later in pairwise(events)):
        yield f"{call_id} has events out of their order"


def _of_callbacks(call_id: str, status: str, callbacks: Sequence[Mapping[str, str]]) -> Iterable[str]:
    """A callback whose delivery could not be noted is sent again: its number says that it is the same."""
    told: dict[int, str] = {}
    for form in (each for each in callbacks if each["CallSid"] == call_id):
        number = int(form["SequenceNumber"])
        if told.setdefault(number, form["CallStatus"]) != form["CallStatus"]:
            yield f"{call_id} was told of twice by number {number}: {told[number]} and {form['CallStatus']}"
    if sorted(told) != list(range(len(told))):
        yield f"{call_id} was told of by the numbers {sorted(told)}"
    statuses = [told[number] for number in sorted(told)]
    if statuses[-1:] != [status]:
        yield f"{call_id} is {status}, and was last told to be {statuses[-1:]}"
    yield from _of_order(call_id, statuses, "told")


def _of_order(call_id: str, statuses: Sequence[str], how: str) -> Iterable[str]:
    places = [ORDER.index(each) if each in ORDER else len(ORDER) for each in statuses]
    if any(earlier >= later for earlier, later in pairwise(places)):
        yield f"{call_id} was {how} as {', '.join(statuses)}"


def _of_recording(kept: Kept) -> Iterable[str]:
    row, sound = kept.row, kept.sound
    if row["status"] not in CLOSED:
        yield f"{row['id']} is {row['status']}, although its call is over"
    if row["status"] != "completed":
        return
    if sound is None:
        yield f"{row['id']} is completed, and has no sound"
    elif (len(sound), hashlib.sha256(sound).hexdigest()) != (row["size_bytes"], row["sha256"]):
        yield f"{row['id']} is not the {row['size_bytes']} bytes that its row says"


def _statuses(events: Sequence[Json]) -> list[str]:
    return [str(event["facts"]["status"]) for event in events if event["kind"] == "status"]


async def _all(telefoon: Platform, what: str) -> list[Json]:
    """All rows of a list, page by page."""
    found: list[Json] = []
    page = 1
    while part := (await telefoon.get(what, page=str(page), page_size=str(_PAGE)))[what]:
        found += part
        page += 1
        if len(part) < _PAGE:
            break
    return found


async def _closed_recordings(telefoon: Platform) -> list[Json]:
    async def look() -> list[Json] | None:
        rows = await _all(telefoon, "recordings")
        return rows if all(row["status"] in CLOSED for row in rows) else None

    return await telefoon.happening.see(look, 60)


async def _sound(telefoon: Platform, row: Json) -> bytes | None:
    """What a download gives; it is asked for again when its answer says so, and None where there is none after all."""
    with suppress(TimeoutError):
        async with within(_BACK_S):
            while True:
                async with telefoon.client.get(f"recordings/{row['id']}/audio") as response:
                    if response.status != HTTPStatus.SERVICE_UNAVAILABLE:
                        return await response.read() if response.ok else None
                    again_after_s = int(response.headers["Retry-After"])
                await asyncio.sleep(again_after_s)
    return None
