"""The container files are thin: what they call exists, what they set is a setting, nobody runs as root."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from scripts import pjsua2_recipe

pytestmark = pytest.mark.promise

CHECKOUT = Path(__file__).resolve().parents[3]
INSTRUCTIONS = frozenset({"ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "RUN"}) | frozenset(
    {"HEALTHCHECK", "USER", "VOLUME", "WORKDIR"}
)

Stage = list[tuple[str, str]]


def stages() -> dict[str, Stage]:
    """The Dockerfile's stages by name, each as (instruction, rest) pairs."""
    text = (CHECKOUT / "Dockerfile").read_text()
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    found: dict[str, Stage] = {}
    current: Stage = []
    for line in lines:
        word, _, rest = line.partition(" ")
        assert word in INSTRUCTIONS, line
        if word == "FROM":
            current = found.setdefault(rest.split(" AS ")[1].strip(), [])
        current.append((word, rest.strip()))
    return found


def compose() -> dict[str, dict[str, dict[str, object]]]:
    content: dict[str, dict[str, dict[str, object]]] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    return content


def texts() -> str:
    return (CHECKOUT / "Dockerfile").read_text() + (CHECKOUT / "docker-compose.yml").read_text()


def test_every_script_that_is_called_exists() -> None:
    called = set(re.findall(r"scripts\.(\w+)", texts()))

    assert {"system_packages", "build_pjsua2", "healthy"} <= called
    assert [name for name in called if not (CHECKOUT / "scripts" / f"{name}.py").is_file()] == []


def test_every_make_target_that_is_called_exists() -> None:
    called = set(re.findall(r"\bmake (\w[\w-]*)", "\n".join(rest for word, rest in stages()["build"] if word == "RUN")))
    targets = set(re.findall(r"^([\w-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))

    assert "setup" in called - {"ca-certificates"}
    assert called - {"ca-certificates"} <= targets


def test_what_builds_pjsua2_is_there_before_it_is_built() -> None:
    before, _, _ = (CHECKOUT / "Dockerfile").read_text().partition("scripts.build_pjsua2")

    for folder in (pjsua2_recipe.NATIVE, pjsua2_recipe.PATCHES):
        assert f"COPY {(path := folder.relative_to(CHECKOUT))} {path}\n" in before


def test_every_setting_that_is_given_exists() -> None:
    from config.settings import Settings

    given = {name.removeprefix("TELEFOON_").lower() for name in re.findall(r"TELEFOON_[A-Z_]+", texts())}

    assert given <= set(Settings.model_fields)


@pytest.mark.parametrize("name", ["telefoon", "asterisk"])
def test_what_runs_is_not_root(name: str) -> None:
    users = [rest for word, rest in stages()[name] if word == "USER"]

    assert users
    assert users[-1] not in {"root", "0"}


def test_asterisks_console_can_be_reached() -> None:
    assert any(
        word == "RUN" and "--owner asterisk" in rest and "/run/asterisk" in rest for word, rest in stages()["asterisk"]
    )


def test_the_product_says_whether_it_is_well() -> None:
    assert any(word == "HEALTHCHECK" and "scripts.healthy" in rest for word, rest in stages()["telefoon"])


def test_what_is_copied_and_mounted_exists() -> None:
    copied = [rest.split()[0] for word, rest in stages()["build"] if word == "COPY"]
    mounted = re.findall(r"- (\./[\w/-]+):", texts())

    assert [path for path in [*copied, *mounted] if not (CHECKOUT / path).exists()] == []


def test_every_service_is_an_image_or_a_stage_of_ours() -> None:
    services = compose()["services"]

    assert set(services) == {"telefoon", "asterisk", "postgres"}
    for service in services.values():
        build = service.get("build")
        assert "image" in service or (isinstance(build, dict) and build["target"] in stages())


def test_postgresql_and_asterisk_come_only_when_asked_for() -> None:
    services = compose()["services"]

    assert services["postgres"]["profiles"] == ["postgres"]
    assert services["asterisk"]["profiles"] == ["asterisk"]
    assert "profiles" not in services["telefoon"]
    assert "depends_on" not in services["telefoon"]


def test_extras_can_be_built_into_the_image() -> None:
    build = (CHECKOUT / "Dockerfile").read_text().partition("COPY . .")[2]

    assert 'make setup EXTRAS="$EXTRAS"' in build.partition("FROM")[0]


def test_calls_go_to_where_the_other_service_listens() -> None:
    from config.settings import Settings

    site = (CHECKOUT / "config/asterisk/site_pjsip.conf").read_text()
    listens = re.findall(r"^bind = (\S+)$", site, re.MULTILINE)
    calls = re.findall(r"^contact = sip:(\S+)$", site, re.MULTILINE)
    text = (CHECKOUT / "docker-compose.yml").read_text()
    given = compose()["services"]["telefoon"]["environment"]
    assert isinstance(given, dict)

    assert f"Of the profile asterisk: sip:{listens[0]};transport=udp" in text
    host = given["TELEFOON_SIP_HOST"].removeprefix("${TELEFOON_SIP_HOST:-").removesuffix("}")
    assert calls == [f"{host}:{Settings.model_fields['sip_port'].default}"]
