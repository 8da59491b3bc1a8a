"""Requests of data subjects: the export of a number's data (GDPR Art. 15), and its erasure (Art. 17)."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from engine.errors import InvalidField, Refused, WrongState
from engine.gdpr.archive import Audio, archive
from engine.gdpr.caches import emptied
from engine.gdpr.replay import Erased, not_on, numbers_behind
from engine.model.recording import Recording
from engine.ports import Clock
from engine.privacy.audit import canonical
from engine.privacy.pseudonym import Pseudonyms
from engine.privacy.subject import DataSubject
from engine.store.audit import Audit
from engine.store.database import Database
from engine.store.node_duties import NodeDuties
from engine.store.subjects import Concern, Subjects

EXCEPTIONS: Final = (
    "Calls stay as billing facts: times, duration, status, direction, price, countries; their numbers are pseudonyms.",
    "The audit log stays: it knows the number only as a pseudonym.",
    "Backups, and copies that were delivered to others (webhooks, downloads), are not reached from here.",
)
_SHOWN: Final = 3
_NODES_S: Final = 8.0
"""For so long an erasure waits for other nodes, which look every three seconds."""
_LOOK_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of what was erased: rows and recordings by kind, cached files.

    `sha256` is over all the rest as canonical JSON.

    `objects_pending` of the accounts' deleted recordings are still in the object store, which did not answer, and are
    deleted as soon as it does; whose they were is not known any more. Their keys are gone, so that nobody can open
    them, unless they were not sealed. `nodes_pending` have still files to delete on their disks, of this erasure or of
    earlier ones, and do so when they are back: sound whose key is gone, and caches.
    """

    subject: str
    accounts: tuple[str, ...]
    erased_at: str
    counts: dict[str, int]
    cached_files: int
    objects_pending: int
    storage_scoured: bool
    nodes_pending: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = EXCEPTIONS
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Replayed:
    """The result of an erasure that was made again: a new certificate, none where nothing was there, or why not."""

    erased: Erased
    certificate: Certificate | None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """A ZIP that is made while it is read, and how many rows it tells."""

    rows: int
    chunks: AsyncIterator[bytes]


class PersonsRequests:
    """`audio` and `discard` read and delete a recording; `caches` are folders of files that can be made again.

    `settle_objects` removes the accounts' deleted objects and says how many it could not. `settle` waits until what is
    still to be written of calls has been.
    """

    def __init__(
        self, db: Database, subjects: Subjects, audit: Audit, pseudonyms: Pseudonyms, clock: Clock, *, node: str,
        audio: Audio, discard: Callable[[Recording], Awaitable[None]], caches: Sequence[Path],
        duties: NodeDuties, settle_objects: Callable[[Collection[str]], Awaitable[int]],
        settle: Callable[[], Awaitable[None]] | None = None,
    ) -> None:  # fmt: skip
        self._db = db
        self._subjects = subjects
        self._audit = audit
        self._pseudonyms = pseudonyms
        self._clock = clock
        self._node = node
        self._audio = audio
        self._discard = discard
        self._caches = caches
        self._duties = duties
        self._settle_objects = settle_objects
        self._settle = settle

    async def export(self, number: str, account_ids: Sequence[str], actor: str, source: str = "here") -> Export:
        """Export what is known of a person, on the audit log before anything is told. Raises InvalidField.

        `source` is the network that it is asked for from.
        """
        subject = _subject(number)
        found: dict[str, list[Mapping[str, Any]]] = {}
        recordings: list[Recording] = []
        for account_id in account_ids:
            concern = await self._subjects.concern(subject, account_id)
            recordings += concern.recordings
            for name, rows in (await self._subjects.told(concern)).items():
                found.setdefault(name, []).extend(rows)
        count = sum(map(len, found.values()))
        pseudonym = self._pseudonyms.pseudonym_of(subject.number)
        facts = {"accounts": list(account_ids), "rows": count, "from": source}
        await self._audit.add(actor, "privacy.export", pseudonym, **facts)
        return Export(count, archive(subject.number, found, recordings, self._audio, self._clock.now()))

    async def erase(self, number: str, account_ids: Sequence[str], actor: str) -> Certificate:
        """Erase a person for good; on the audit log before it begins and once it is done.

        Raises InvalidField, WrongState while a call is live, Refused for what is held or is our own.
        """
        subject = _subject(number)
        if self._settle is not None:
            await self._settle()
        concerns = {account_id: await self._subjects.concern(subject, account_id) for account_id in account_ids}
        for concern in concerns.values():
            await self._require_erasable(subject, concern)
        pseudonym = self._pseudonyms.pseudonym_of(subject.number)
        await self._audit.add(actor, "privacy.erase.begun", pseudonym, accounts=list(account_ids))
        counts: Counter[str] = Counter()
        for account_id, concern in concerns.items():
            for recording in concern.recordings:
                await self._discard(recording)
            counts["recordings"] += len(concern.recordings)
            counts.update(await self._subjects.erase(subject, concern, account_id))
        cached = sum([await asyncio.to_thread(emptied, folder) for folder in self._caches])
        nodes_pending = await self._settle_nodes()
        pending = await self._settle_objects(account_ids)
        scoured = await self._db.scour()
        certificate = _certified(
            Certificate(
                pseudonym,
                tuple(account_ids),
                _text(self._clock.now()),
                dict(counts),
                cached,
                pending,
                scoured,
                nodes_pending,
            )
        )
        await self._audit.add(
            actor,
            "privacy.erase",
            certificate.subject,
            accounts=list(account_ids),
            certificate=certificate.sha256,
            objects_pending=pending,
            **certificate.counts,
        )
        return certificate

    async def replay(self, erased: Sequence[Erased], account_ids: Collection[str], actor: str) -> list[Replayed]:
        """Make erasures of these accounts again that the audit log does not know. What is refused is told, too."""
        missing = not_on([row async for row in self._audit.rows()], erased)
        parties = await self._subjects.parties(sorted(account_ids))
        numbers = numbers_behind({each.subject for each in missing}, parties, self._pseudonyms)
        return [
            await self._replayed(each, numbers.get(each.subject), sorted(set(each.accounts) & set(account_ids)), actor)
            for each in missing
        ]

    async def _replayed(self, erased: Erased, number: str | None, account_ids: Sequence[str], actor: str) -> Replayed:
        if number is None:
            return Replayed(erased, None)
        try:
            return Replayed(erased, await self.erase(number, account_ids, actor))
        except (WrongState, Refused) as refused:
            return Replayed(erased, None, str(refused))

    async def _require_erasable(self, subject: DataSubject, concern: Concern) -> None:
        if await self._subjects.is_own(subject):
            raise Refused(f"{subject.number} is a number of an account. Remove it first: telefoon numbers remove")
        if concern.live:
            raise WrongState(f"A call that concerns this number is live: {_named(concern.live)}. End it first.")
        if concern.held:
            raise Refused(f"A legal hold keeps {_named(concern.held)}. See: telefoon holds list")

    async def _settle_nodes(self) -> tuple[str, ...]:
        """Have other nodes empty their caches, and wait a while for that and for files; who is not done then."""
        await self._duties.empty_caches_of_others(self._node, self._clock.now())
        end_s = self._clock.monotonic() + _NODES_S
        while await self._duties.waiting() and self._clock.monotonic() < end_s:
            await self._clock.sleep(_LOOK_S)
        return tuple(sorted({each.node for each in await self._duties.waiting()}))


def _subject(number: str) -> DataSubject:
    try:
        return DataSubject(number)
    except ValueError as error:
        raise InvalidField("number", str(error)) from None


def _certified(certificate: Certificate) -> Certificate:
    facts = asdict(certificate)
    del facts["sha256"]
    return Certificate(**{**facts, "sha256": hashlib.sha256(canonical(facts).encode()).hexdigest()})


def _named(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return ", ".join(ids[:_SHOWN]) + more


def _text(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
