"""The Protocols by which the REST interface asks the engine: calls, conferences, health."""

from collections.abc import Mapping
from typing import Protocol

from engine.flow.interpreter import Start
from engine.flow.program_plans import StreamOrder
from engine.live.orders import CallChange, ConferenceChange, NewCall, NewConference, ParticipantOrder
from engine.model.call import Call
from engine.model.conference import Conference, Participant
from engine.model.queue import Queue
from engine.model.stream import MediaStream
from engine.ports import RtpStats


class CallService(Protocol):
    """Places, finds and changes calls for the REST interface.

    Each method raises StoreError when the database fails, and then nothing has happened.
    """

    async def place(self, order: NewCall) -> Call:
        """The call as stored; its INVITE leaves afterwards."""
        ...

    async def end(self, account_id: str, call_id: str) -> None:
        """Cancel or hang up; an ended call stays as it is. Raises NotFound."""
        ...

    async def settle(self, call_id: str) -> None:
        """Store what has happened on a live call, so that it can be read; returns soon where the database fails."""
        ...

    async def change(self, account_id: str, call_id: str, change: CallChange) -> Call:
        """Do something with a live call. Raises NotFound, and WrongState with the call's state."""
        ...

    async def start_stream(self, account_id: str, call_id: str, order: StreamOrder) -> MediaStream:
        """Have a program hear a live call. Raises NotFound, WrongState."""
        ...

    async def stop_stream(self, account_id: str, call_id: str, id_or_name: str) -> MediaStream:
        """The stream after its end. Raises NotFound, WrongState."""
        ...

    async def take_from_queue(self, account_id: str, queue_id: str, call_id: str | None, start: Start) -> Call:
        """Give who waits first, or the one named, another flow. Raises NotFound, WrongState."""
        ...

    async def rename_queue(self, account_id: str, queue_id: str, name: str) -> Queue:
        """Calls wait in it by its next name. Raises NotFound, WrongState."""
        ...

    async def remove_queue(self, account_id: str, queue_id: str) -> None:
        """Delete it with its figures. Raises NotFound, and WrongState while somebody waits."""
        ...

    def carries(self, call_id: str) -> bool:
        """Whether a call goes on here."""
        ...

    async def place_in_line(self, call: Call) -> int | None:
        """Position from 1 of a call that waits for its turn to be placed; None for any other. Raises StoreError."""
        ...

    def place_in_queue(self, call_id: str) -> tuple[int, float | None] | None:
        """Position from 1 and the estimated wait in seconds of a call that waits here."""
        ...

    async def delete_recording(self, account_id: str, recording_id: str) -> None:
        """File and row. Raises NotFound, and WrongState while it is being written."""
        ...


class DrainService(Protocol):
    """Lets a node's calls end, for the REST interface, as engine.live.calls.draining.Draining."""

    @property
    def under_way(self) -> bool:
        """Whether no call begins any more."""
        ...

    @property
    def live_calls(self) -> int: ...

    async def begin(self) -> None:
        """Take no more calls; those in progress go on. Safe to repeat."""
        ...

    async def end(self) -> None:
        """Take calls again. Safe to repeat. Raises WrongState where the node is about to stop."""
        ...


class ConferenceService(Protocol):
    """Takes orders about conferences, as CallService does about calls."""

    async def create(self, order: NewConference) -> Conference:
        """A conference to be joined by its name."""
        ...

    async def end(self, account_id: str, conference_id: str) -> None:
        """Send everybody home. Raises NotFound."""
        ...

    async def change(self, account_id: str, conference_id: str, change: ConferenceChange) -> Conference:
        """Do something with an open conference. Raises NotFound, WrongState."""
        ...

    async def change_participant(
        self, account_id: str, conference_id: str, who: str, order: ParticipantOrder
    ) -> Participant:
        """Change how somebody takes part; `who` is a participant's or a call's id. Raises NotFound."""
        ...

    async def lines(self, account_id: str, conference_id: str) -> Mapping[str, RtpStats]:
        """How good the lines of those in it are, by their participants' ids."""
        ...

    async def send_out(self, account_id: str, conference_id: str, who: str) -> None:
        """Somebody leaves; the call goes on with its flow. Raises NotFound."""
        ...


class Health(Protocol):
    """Whether this node can do its work."""

    async def readiness(self) -> Mapping[str, object]:
        """{"ready": bool, "checks": {name: {"ok": bool, "detail": str}}, "trunks": {name: how it stands}}."""
        ...
