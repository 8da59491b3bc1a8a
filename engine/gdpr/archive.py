"""The export of one number's data as a ZIP: a page for people, JSON for programs, the recordings."""

import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

from engine.model.recording import Recording

Audio = Callable[[Recording], AsyncIterator[bytes]]
Rows = Sequence[Mapping[str, Any]]

_TITLES: Final = {
    "calls": "Calls from and to the number",
    "call_events": "What happened on these calls",
    "call_traces": "What was said by SIP about these calls",
    "webhook_exchanges": "What servers of the account were asked and answered",
    "outbox": "What the account was told of these calls",
    "participants": "Conferences that these calls were in",
    "queue_waits": "Waits in queues",
    "recordings": "Recordings, also of conferences that the number was in",
    "consents": "Consents to recording, streaming and writing down, each with its purpose",
    "streams": "Programs that heard these calls, or spoke on them",
    "disclosures": "What the number was told before a program spoke to it",
    "mentions": "The number in what is kept of other calls",
}
_STYLE: Final = (
    "body{font:16px/1.5 sans-serif;margin:2em;max-width:70em}table{border-collapse:collapse;font-size:.8em}"
    "th,td{border:1px solid #999;padding:.2em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
)


async def archive(
    number: str, found: Mapping[str, Rows], recordings: Sequence[Recording], audio: Audio, at: datetime
) -> AsyncIterator[bytes]:
    """The ZIP as it comes about: none of it, and no sound, is on a disk or in memory as a whole."""
    pipe = _Pipe()
    sounds: list[str] = []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:
        for recording in recordings:
            chunks = audio(recording)
            first = await anext(chunks, None)
            if first is None:  # there is no sound any more
                continue
            sounds.append(recording.id)
            with made.open(f"recordings/{recording.id}.wav", "w", force_zip64=True) as entry:
                entry.write(first)
                async for chunk in chunks:
                    entry.write(chunk)
                    yield pipe.taken()
        data = {"number": number, "made_at": at.isoformat(), **{name: list(rows) for name, rows in found.items()}}
        made.writestr("data.json", json.dumps(data, indent=2, ensure_ascii=False, default=str))
        made.writestr("index.html", index(number, found, sounds, at))
        yield pipe.taken()
    yield pipe.taken()


def index(number: str, found: Mapping[str, Rows], sounds: Sequence[str], at: datetime) -> str:
    """A page that needs nothing but itself and the recordings beside it."""
    parts = [
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Data of {escape(number)}</title>',
        f"<style>{_STYLE}</style></head><body><h1>Data that concerns {escape(number)}</h1>",
        f"<p>Made on {at:%Y-%m-%d at %H:%M}. All times are UTC.</p>",
        '<p>The same as JSON: <a href="data.json">data.json</a>.</p>',
    ]
    if not found:
        parts.append("<p>Nothing is stored about this number.</p>")
    for name, rows in found.items():
        parts += [f"<h2>{escape(_TITLES.get(name, name))}</h2>", _table(rows)]
    if sounds:
        items = (f'<li><a href="recordings/{sound}.wav">{sound}</a></li>' for sound in sounds)
        parts += ["<h2>Sound</h2><ul>", *items, "</ul>"]
    return "".join([*parts, "</body></html>\n"])


class _Pipe(io.RawIOBase):
    """Written to by the ZIP, emptied by who sends it."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._waiting += data
        return memoryview(data).nbytes

    def taken(self) -> bytes:
        """What was written since."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


def _table(rows: Rows) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f"<th>{escape(name.rstrip('_').replace('_', ' '))}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{_cell(row.get(name))}</td>" for name in names) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return escape(json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value))
