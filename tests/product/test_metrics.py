"""A running node tells its metrics to programs on its machine."""

from pathlib import Path

import pytest

from engine.metrics.table import Metric
from tests.peers.platform import platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip


async def test_a_call_that_failed_is_counted_and_every_metric_is_told(tmp_path: Path, ports: Ports) -> None:
    async with platform(tmp_path, ports) as telefoon:
        placed = await telefoon.place("+3225550199", flow="<Response><Say>Hello.</Say></Response>")
        await telefoon.ended_call(placed["id"])
        async with telefoon.client.get(f"{telefoon.address}/metrics") as response:
            told = await response.text()

    assert 'telefoon_calls_total{direction="outbound",status="failed"} 1\n' in told
    assert "telefoon_unforeseen_failures_total 0\n" in told
    without_tls = set(Metric) - {Metric.HTTP_CERTIFICATE_EXPIRES}
    assert all(f"# TYPE {metric.value.name} {metric.value.kind}\n" in told for metric in without_tls)
