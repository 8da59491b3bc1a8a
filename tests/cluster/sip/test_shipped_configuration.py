"""What an operator copies from deploy/kamailio is a configuration as it stands."""

import asyncio
import os
from pathlib import Path

import pytest

from scripts.kamailio import KAMAILIO, MODULES, PROGRAM
from scripts.progress import Progress
from tests.peers.sip_balancer import CONFIGURATION

pytestmark = pytest.mark.sip


@pytest.mark.parametrize(
    "defines", [(), ("WITH_TLS", "WITH_TLS_INSIDE", "WITH_TOPOLOGY_HIDING", "WITH_STRANGERS", "WITH_IPV6")]
)
async def test_kamailio_reads_it_with_the_values_that_are_shipped(tmp_path: Path, defines: tuple[str, ...]) -> None:
    root = await asyncio.to_thread(KAMAILIO.made, Progress())
    (modules,) = root.glob(str(MODULES))

    process = await asyncio.create_subprocess_exec(
        *(root / PROGRAM, "-c", "-E", "-f", CONFIGURATION, "-Y", tmp_path, "-L", modules),
        *(part for each in defines for part in ("-A", each)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "LD_LIBRARY_PATH": str(modules.parent)},
    )
    told, _ = await process.communicate()

    assert b"config file ok" in told, told.decode(errors="replace")
