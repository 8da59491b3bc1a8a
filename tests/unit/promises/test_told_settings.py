"""Every setting that a page, a unit of systemd or a container file names is one of config/settings.py."""

import re
from pathlib import Path

import pytest

from config.settings import Settings
from tests.unit.promises.pages import CHECKOUT, pages

pytestmark = pytest.mark.promise

OF_THE_ENVIRONMENT_ALONE = {"CONFIG", "API_KEY", "SERVER"}
"""They name the file of settings, and what the commands of a client use."""
OF_A_READERS_OWN = {"REPOSITORY"}
TELLING = [*(page.path for page in pages()), *(CHECKOUT / "deploy").rglob("*.*"), *CHECKOUT.glob("docker-compose*.yml")]


@pytest.mark.parametrize("path", TELLING, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_the_settings_that_it_names_exist(path: Path) -> None:
    told = set(re.findall(r"TELEFOON_([A-Z0-9_]*[A-Z0-9])", path.read_text("utf-8")))
    known = {name.upper() for name in Settings.model_fields} | OF_THE_ENVIRONMENT_ALONE | OF_A_READERS_OWN

    assert told - known == set()
