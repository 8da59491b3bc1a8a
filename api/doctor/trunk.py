"""Whether the trunk answers, and whether it knows us."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from api.doctor.finding import Finding
from api.doctor.options import Certificates, NoAnswer, NotTrusted, OptionsTarget, ask, leaving_from
from api.doctor.server import RunningServer
from api.node.trunks import DEFAULT, trunk_of_settings
from config.settings import Settings
from engine.diagnosis.signalling import NOT_TRUSTED_ADVICE
from engine.errors import TelefoonError

if TYPE_CHECKING:
    from sip.user_agent import UserAgent

REGISTRATION_TIMEOUT_S: Final = 6.0
_POLL_S: Final = 0.1
_SUBJECT: Final = "Trunk"
_REGISTRATION: Final = "Trunk registration"
_CREDENTIALS_ADVICE: Final = "Check TELEFOON_TRUNK_USER and TELEFOON_TRUNK_PASSWORD with the trunk's operator."
_REACH_ADVICE: Final = "See what is said above about the trunk itself."
_FLAW_ADVICE: Final = (
    "Calls work all the same, but programs that check strictly, as Python does from 3.13 on, refuse it. "
    "Ask the trunk's operator for a certificate that keeps to RFC 5280 and does not have this flaw."
)
_REFUSED: Final = ("401", "403", "404", "407")


async def check(settings: Settings, running: RunningServer | None) -> Sequence[Finding]:
    """OPTIONS to the settings' trunk; registration as the running server knows it, or tried out if there is none."""
    if settings.trunk is None:
        return [
            Finding(
                _SUBJECT,
                True,
                "none is set in the settings",
                "Outbound calls need TELEFOON_TRUNK or another trunk; see them all with: telefoon trunks list",
            )
        ]
    findings = [await _reach(settings, settings.trunk)]
    if settings.trunk_register:
        findings.append(_told_by(running) if running else await _register(settings))
    return findings


async def _reach(settings: Settings, uri: str) -> Finding:
    verify = settings.trunk_tls_verify == "on"
    certificates = Certificates(settings.tls_ca, settings.tls_cert, settings.tls_key, verify)
    try:
        target = OptionsTarget.of(uri)
        answer = await ask(target, certificates, source=leaving_from(settings.sip_hosts, target.host))
    except NotTrusted as error:
        return Finding(_SUBJECT, False, str(error), NOT_TRUSTED_ADVICE)
    except (NoAnswer, ValueError) as error:
        advice = "Check TELEFOON_TRUNK, and that the trunk runs and no firewall is between."
        return Finding(_SUBJECT, False, str(error), advice)
    detail = f"{uri} answered OPTIONS with {answer.code} {answer.reason}".rstrip()
    if answer.flaw:
        return Finding(_SUBJECT, True, f"{detail}, but its certificate has a flaw: {answer.flaw}", _FLAW_ADVICE)
    return Finding(_SUBJECT, True, detail)


def _told_by(running: RunningServer) -> Finding:
    state = running.checks.get("trunk", {})
    ok, detail = bool(state.get("ok")), str(state.get("detail", "unknown"))
    return Finding(_REGISTRATION, ok, f"the running server says: {detail}", "" if ok else _advice(detail))


async def _register(settings: Settings) -> Finding:
    from sip.config import at_port, from_settings
    from sip.test_phone.phone import free_port
    from sip.user_agent import UserAgent

    config, trunk = from_settings(settings), trunk_of_settings(settings)
    try:
        agent = await UserAgent.start(
            at_port(config, free_port(settings.sip_hosts[0])),
            lambda _leg, _arrival: None,
            trunks=[trunk] if trunk else [],
        )
    except TelefoonError as error:
        return Finding(_REGISTRATION, False, str(error))
    try:
        return await _outcome(agent)
    finally:
        await agent.close()


async def _outcome(agent: "UserAgent") -> Finding:
    try:
        async with asyncio.timeout(REGISTRATION_TIMEOUT_S):
            while not (state := (await agent.registrations())[DEFAULT]).code:  # noqa: ASYNC110 (it has no event)
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        detail = f"no answer to REGISTER within {REGISTRATION_TIMEOUT_S:.0f} s"
        return Finding(_REGISTRATION, False, detail, _advice(detail))
    detail = f"{state.code} {state.reason}".strip()
    return Finding(_REGISTRATION, state.active, detail, "" if state.active else _advice(detail))


def _advice(detail: str) -> str:
    return _CREDENTIALS_ADVICE if detail.startswith(_REFUSED) else _REACH_ADVICE
