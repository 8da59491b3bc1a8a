"""Tells a call's events as sentences, as they come in over the REST interface."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from rich.console import Console

_ENDED: Final = frozenset({"completed", "failed", "busy", "no-answer", "canceled"})
_POLL_S: Final = 0.15

Json = Mapping[str, Any]


def sentence(kind: str, facts: Json) -> str | None:
    """What an event means to a reader; None where it says nothing to one."""
    match kind:
        case "said":
            return f'said ({facts["language"]}): "{facts["text"]}"'
        case "digit":
            return f"the phone sent the key {facts['digit']}"
        case "media":
            return f"two-way audio with {facts['codec']}" if facts.get("sending") else None
        case "recording_started":
            return f"recording {facts['recording']} began, after consent was {facts['how']}"
        case "recording_closed":
            return f"recording {facts['recording']} closed: {facts['seconds']:.1f} s"
        case "hung_up":
            return f"hung up by {facts['by']}"
        case "prompt_failed" | "not_recorded":
            return f"{kind.replace('_', ' ')}: {facts['reason']}"
    return None


async def tell(client: aiohttp.ClientSession, call_url: str, placed: Json, console: Console) -> dict[str, Any]:
    """Print status changes and events from the placed call until it has ended; gives the call as it ended."""
    # A quick phone rings before the first look: the status it was placed with is told from the answer.
    status, told = placed["status"], 0
    console.print(f"  [bold]{status}[/]")
    while True:
        async with client.get(call_url) as response:
            call: dict[str, Any] = await response.json()
        async with client.get(f"{call_url}/events") as response:
            events: list[dict[str, Any]] = (await response.json())["events"]
        if call["status"] != status and call["status"] not in _ENDED:
            status = call["status"]
            console.print(f"  [bold]{status}[/]")
        for event in events[told:]:
            text = sentence(event["kind"], event["facts"])
            if text:
                console.print(f"    {text}", highlight=False)
        told = len(events)
        if call["status"] in _ENDED and (not call.get("record") or _recording_is_closed(events)):
            console.print(f"  [bold]{call['status']}[/]")
            return call
        await asyncio.sleep(_POLL_S)


def _recording_is_closed(events: list[dict[str, Any]]) -> bool:
    kinds = [event["kind"] for event in events]
    return kinds.count("recording_started") <= kinds.count("recording_closed") + kinds.count("recording_failed")
