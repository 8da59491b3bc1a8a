"""What /readyz tells of trunks: how each stands, and that a node with one that works takes calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from api.node.readiness import Readiness
from engine.aio.waits import Occurrence
from engine.live.admission.decision import Hindrance, HindranceKind
from engine.model.node import Node
from engine.model.trunk.reachability import OptionsPing, TrunkReachability
from engine.ports import CallRoom
from engine.routing.trunk_figures import TrunkFigures, TrunkMeter
from sip.trunks.account import Registration
from tests.unit.store.samples import NOON

REGISTERED = Registration(True, True, 200, "OK", NOON, NOON + timedelta(seconds=300))
REFUSED = Registration(True, False, 403, "Forbidden", NOON, None, "unknown device", NOON + timedelta(seconds=30))


class Well:
    """A database that answers, and a disk with room."""

    async def ping(self) -> None: ...

    def require(self) -> None: ...


@dataclass
class Agent:
    """A user agent with trunks as they are given."""

    stand: Mapping[str, Registration]
    reachable: Mapping[str, TrunkReachability] = field(default_factory=dict)
    free_ports: int = 50

    async def registrations(self) -> Mapping[str, Registration]:
        return self.stand

    async def reachability(self) -> Mapping[str, TrunkReachability]:
        return self.reachable

    def room_for_calls(self) -> CallRoom:
        return CallRoom(self.free_ports, 50, "pairs of RTP ports")

    def trunk_figures(self, name: str) -> TrunkFigures:
        meter = TrunkMeter()
        meter.tried(0, answered=name == "a")
        return meter.figures(0)


@dataclass(slots=True)
class Lease:
    """A lease of six seconds."""

    lease_age_s: float = 0.4
    name: str = "a"
    region: str = ""
    lease_s: float = 6.0
    fenced: Occurrence = field(default_factory=Occurrence)

    def others(self) -> Sequence[Node]:
        return ()

    def seen(self) -> Sequence[Node]:
        return ()


async def told_by(agent: Agent, hindrance: Hindrance | None = None, *cautions: str, lease: Lease | None = None) -> Any:
    well: Any = Well()
    as_agent: Any = agent
    readiness = Readiness(well, as_agent, (), well, lambda: hindrance, lambda: cautions, lease or Lease())
    return await readiness.readiness()


async def test_each_trunk_is_told_with_its_registration_round_trip_and_figures() -> None:
    pinged = TrunkReachability(None, (OptionsPing("a.example", NOON, 200, 12.5),))

    told = await told_by(Agent({"a": REGISTERED, "b": REFUSED}, {"a": pinged, "b": TrunkReachability()}))

    a, b = told["trunks"]["a"], told["trunks"]["b"]
    assert (a["ok"], a["until"], a["round_trip_ms"]) == (True, "2026-11-23T12:05:00.123Z", 12.5)
    assert (a["calls"], a["attempts"], a["answer_seizure_ratio"]) == (1, 1, 1.0)
    assert (b["ok"], b["detail"]) == (False, "403 Forbidden (unknown device)")
    assert (b["again_at"], b["round_trip_ms"]) == ("2026-11-23T12:00:30.123Z", None)


async def test_a_node_is_ready_while_one_of_its_trunks_works() -> None:
    told = await told_by(Agent({"a": REGISTERED, "b": REFUSED}))

    assert told["ready"]
    assert told["checks"]["trunk"]["detail"] == "a: 200 OK; b: 403 Forbidden (unknown device)"


async def test_a_node_is_not_ready_where_no_trunk_works() -> None:
    silent = TrunkReachability(NOON)
    without = Registration(False, False, 0, "not wanted")

    told = await told_by(Agent({"a": without, "b": REFUSED}, {"a": silent, "b": TrunkReachability()}))

    assert not told["ready"]
    assert "answered nothing since 12:00:00 UTC" in told["checks"]["trunk"]["detail"]


async def test_a_node_without_a_trunk_is_ready() -> None:
    assert (await told_by(Agent({})))["ready"]


async def test_a_node_that_takes_no_calls_is_not_ready_and_says_why() -> None:
    told = await told_by(Agent({}), Hindrance(HindranceKind.STOPPING, "This node is stopping."))

    assert not told["ready"]
    assert told["checks"]["calls"] == {"ok": False, "detail": "This node is stopping."}


async def test_a_node_that_takes_calls_says_for_how_many_it_has_room() -> None:
    assert (await told_by(Agent({})))["checks"]["calls"]["detail"] == "50 of 50 pairs of RTP ports are free"


async def test_what_hinders_no_call_is_told_and_the_node_is_ready() -> None:
    told = await told_by(Agent({"a": REGISTERED}), None, "HTTP's certificate has expired.")

    assert told["cautions"] == ["HTTP's certificate has expired."]
    assert told["ready"]


@pytest.mark.parametrize(
    ("age_s", "ok", "detail"),
    [
        (0.4, True, "a holds its lease; 0 other nodes answer"),
        (3.2, False, "a has not renewed its lease for 3.2 s"),
    ],
)
async def test_a_node_that_does_not_renew_its_lease_is_not_ready(age_s: float, ok: bool, detail: str) -> None:
    told = await told_by(Agent({}), lease=Lease(age_s))

    assert told["checks"]["node"] == {"ok": ok, "detail": detail}
    assert told["ready"] == ok
