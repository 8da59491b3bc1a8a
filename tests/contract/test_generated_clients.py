"""Clients that generators make of the published document: they are whole, type-check, and place a call."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scripts.client_generators import NAMED, Generators, client_generators
from scripts.failure import SetupFailed
from scripts.progress import Progress
from tests.contract.programs import printed
from tests.peers.phone import phone
from tests.peers.platform import BASE_PATH, NUMBER, Platform, platform
from tests.peers.ports import Ports

pytestmark = [pytest.mark.sip, pytest.mark.slow]

CALLEE = "+3225550199"


@pytest.fixture(scope="module")
def generators() -> Generators:
    try:
        return client_generators(Progress())
    except SetupFailed as failure:
        pytest.skip(f"the generators are of npm and PyPI, and can't be had here now: {failure}")


@pytest.fixture
async def telefoon(tmp_path: Path) -> AsyncIterator[Platform]:
    async with (
        phone("--busy") as far_end,
        platform(tmp_path, Ports(), {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as running,
    ):
        yield running


async def published(telefoon: Platform, folder: Path) -> Path:
    """The document as the server gives it."""
    file = folder / "openapi.json"
    async with telefoon.client.get(f"{telefoon.address}/openapi.json") as response:
        file.write_bytes(await response.read())
    return file


def order(telefoon: Platform) -> tuple[str, ...]:
    return (f"{telefoon.address}{BASE_PATH}", telefoon.key, NUMBER, CALLEE)


async def test_a_generated_python_client_leaves_no_schema_out_and_places_a_call(
    tmp_path: Path, telefoon: Platform, generators: Generators
) -> None:
    document = await published(telefoon, tmp_path)
    generate = (generators.python, "-m", "openapi_python_client", "generate", "--path", document, "--meta", "none")

    told = await printed(*generate, "--output-path", tmp_path / "telefoon_voice_api_client", folder=tmp_path)
    call_id = await printed(
        generators.python,
        NAMED / "place_call.py",
        *order(telefoon),
        folder=tmp_path,
        more={"PYTHONPATH": str(tmp_path)},
    )

    assert "Unable to" not in told
    assert "removal" not in told
    assert (await telefoon.ended_call(call_id.strip()))["status"] == "busy"


async def test_a_generated_typescript_client_type_checks_and_places_a_call(
    tmp_path: Path, telefoon: Platform, generators: Generators
) -> None:
    document = await published(telefoon, tmp_path)
    (tmp_path / "node_modules").symlink_to(generators.modules)
    shutil.copyfile(NAMED / "package.json", tmp_path / "package.json")
    script = shutil.copyfile(NAMED / "place_call.ts", tmp_path / "place_call.ts")
    module = generators.modules

    await printed(
        generators.node,
        module / "openapi-typescript/bin/cli.js",
        document,
        "-o",
        tmp_path / "api.d.ts",
        folder=tmp_path,
    )
    strict = ("--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck")
    await printed(
        generators.node, module / "typescript/bin/tsc", *strict, "--allowImportingTsExtensions", script, folder=tmp_path
    )
    call_id = await printed(generators.node, script, *order(telefoon), folder=tmp_path)

    assert (await telefoon.ended_call(call_id.strip()))["status"] == "busy"
