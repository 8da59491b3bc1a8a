"""The files in config/asterisk, which docker-compose.yml mounts and the tests run."""

import re

from scripts.run_asterisk import CONFIG
from tests.peers.asterisk import Asterisk


async def test_every_module_that_is_named_runs(network: Asterisk) -> None:
    named = set(re.findall(r"^load = (\S+)$", (CONFIG / "modules.conf").read_text(), re.MULTILINE))
    running = set(re.findall(r"^(\S+\.so) .* Running ", await network.cli("module show"), re.MULTILINE))

    assert named
    assert named - running == set()


async def test_every_application_of_the_dialplan_is_there(network: Asterisk) -> None:
    used = set(re.findall(r"[ ,](?:1|n),(\w+)\(", (CONFIG / "extensions.conf").read_text()))
    there = set(re.findall(r"^ *(\w+): ", await network.cli("core show applications"), re.MULTILINE))

    assert {"Answer", "MixMonitor", "SendDTMF"} <= used
    assert used - there == set()
