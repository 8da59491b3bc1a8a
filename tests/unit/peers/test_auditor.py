"""The auditor finds what a fault leaves behind: each test spoils books that are in order."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from tests.peers.auditor import Books, Kept, faults_of

SOUND = b"RIFF"
STATUSES = ("queued", "ringing", "in-progress", "completed")


def in_order() -> Books:
    """Of one recorded call."""
    row = {"id": "c1", "status": "completed", "end_time": "2026-01-01T00:00:09Z", "duration": 8}
    events = [
        {"kind": "status", "at": f"2026-01-01T00:00:0{number}Z", "facts": {"status": each}}
        for number, each in enumerate(STATUSES)
    ]
    events.append({"kind": "hung_up", "at": "2026-01-01T00:00:09Z", "facts": {"by": "us"}})
    told = [
        {"CallSid": "c1", "SequenceNumber": str(number), "CallStatus": each} for number, each in enumerate(STATUSES)
    ]
    recording = {
        "id": "r1",
        "call_id": "c1",
        "status": "completed",
        "size_bytes": len(SOUND),
        "sha256": sha256(SOUND).hexdigest(),
    }
    return Books(["c1"], [row], {"c1": events}, told, [Kept(recording, SOUND)], {"c1"})


def test_books_in_order_have_no_fault() -> None:
    assert faults_of(in_order()) == []


def test_a_callback_that_was_sent_again_is_no_fault() -> None:
    books = in_order()
    assert faults_of(replace(books, callbacks=[*books.callbacks, books.callbacks[-1]])) == []


Spoil = Callable[[Books], Books]


def changed(books: Books, **more: Any) -> Books:
    return replace(books, rows=[{**books.rows[0], **more}])


def recorded(books: Books, **more: Any) -> Books:
    return replace(books, recordings=[Kept({**books.recordings[0].row, **more}, SOUND)])


SPOILED: dict[str, tuple[Spoil, str]] = {
    "lost row": (lambda books: replace(books, rows=[]), "c1 was ordered, and is 0 times"),
    "row twice": (lambda books: replace(books, rows=[*books.rows, *books.rows]), "c1 was ordered, and is 2 times"),
    "row of nobody": (lambda books: replace(books, ordered=[]), "nobody ordered it"),
    "open row": (lambda books: changed(books, status="in-progress"), "is in-progress, although it is over"),
    "no duration": (lambda books: changed(books, duration=None), "no end or no duration"),
    "another end": (lambda books: changed(books, status="failed"), "was last told to be ['completed']"),
    "lost events": (lambda books: replace(books, events={}), "its last event of a status is []"),
    "two ends": (
        lambda books: replace(books, events={"c1": [*books.events["c1"], books.events["c1"][-1]]}),
        "2 events of its end",
    ),
    "events in disorder": (
        lambda books: replace(books, events={"c1": [*books.events["c1"][::-1][1:], books.events["c1"][-1]]}),
        "out of their order",
    ),
    "lost callback": (
        lambda books: replace(books, callbacks=[*books.callbacks[:2], books.callbacks[-1]]),
        "was told of by the numbers [0, 1, 3]",
    ),
    "callback changed": (
        lambda books: replace(books, callbacks=[*books.callbacks, {**books.callbacks[-1], "CallStatus": "failed"}]),
        "was told of twice by number 3",
    ),
    "two callbacks of a status": (
        lambda books: replace(books, callbacks=[*books.callbacks, {**books.callbacks[-1], "SequenceNumber": "4"}]),
        "was told as queued, ringing, in-progress, completed, completed",
    ),
    "no recording": (lambda books: replace(books, recordings=[]), "c1 has 0 recordings, not 1"),
    "recorded without being asked": (lambda books: replace(books, recorded=()), "c1 has 1 recordings, not 0"),
    "open recording": (lambda books: recorded(books, status="processing"), "r1 is processing"),
    "other sound": (lambda books: recorded(books, sha256=""), "r1 is not the 4 bytes"),
    "no sound": (
        lambda books: replace(books, recordings=[Kept(books.recordings[0].row, None)]),
        "completed, and has no sound",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "told"), SPOILED.values(), ids=SPOILED)
def test_what_does_not_fit_is_told(spoil: Spoil, told: str) -> None:
    assert any(told in fault for fault in faults_of(spoil(in_order())))
