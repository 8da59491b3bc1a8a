"""What `telefoon agents try` is asked for, made into a trial."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from api.cli.caller_sound import samples_of_file, samples_of_text
from api.cli.program_address import egress_here, signing_account
from api.doctor.programs.address import program_url
from api.doctor.programs.g711 import Samples
from api.doctor.programs.stream_trial import StreamCaller, StreamTrialCall
from api.doctor.programs.trying import ProgramProtocol, TriedProgram
from api.node.speech import speech_service
from config.settings import load
from engine.agents.told import SessionFacts
from engine.errors import InvalidField
from engine.flow.program_plans import StreamOrder
from engine.ids import IdKind, new_id
from engine.model.stream import MediaStream
from engine.ports.streams import StreamEncoding, StreamFormat
from engine.store.values import utc_now

_CALLER: Final = "+3225550100"
_CALLED: Final = "+3225550199"
_NARROW_HZ: Final = 8000
_RATES_HZ: Final = (_NARROW_HZ, 16_000, 24_000)


def protocol_of(wanted: str, wav: Path | None) -> ProgramProtocol | None:
    """None where it is to be found out. Raises InvalidField."""
    if wanted == "auto":
        return None if wav is None else ProgramProtocol.STREAM
    if wanted not in list(ProgramProtocol):
        raise InvalidField("protocol", f"{wanted!r} is none of auto, {', '.join(ProgramProtocol)}.")
    if wav is not None and wanted == ProgramProtocol.RELAY:
        raise InvalidField("wav", "ConversationRelay passes no sound: give the words with --say.")
    return ProgramProtocol(wanted)


def sound_of(encoding: str, rate_hz: int) -> StreamFormat:
    """How sound passes on the stream. Raises InvalidField."""
    if encoding not in list(StreamEncoding):
        raise InvalidField("format", f"{encoding!r} is none of {', '.join(StreamEncoding)}.")
    if rate_hz not in _RATES_HZ:
        raise InvalidField("rate_hz", f"{rate_hz} is none of {', '.join(map(str, _RATES_HZ))}.")
    if rate_hz != _NARROW_HZ and encoding != StreamEncoding.L16:
        raise InvalidField("rate_hz", f"{encoding} has {_NARROW_HZ} samples a second; take --format l16 for more.")
    return StreamFormat(StreamEncoding(encoding), rate_hz)


def program_of(url: str, account: str | None, sound: StreamFormat, parameters: Sequence[str]) -> TriedProgram:
    """The program, and a call that it is told of. Raises InvalidField, NotFound."""
    address = program_url(url, "url")
    given = dict(_parameter(each) for each in parameters)
    owner, call_id = signing_account(account), new_id(IdKind.CALL)
    facts = SessionFacts(
        f"VX{secrets.token_hex(16)}", owner.id, call_id, _CALLER, _CALLED, "inbound", "RINGING", parameters=given
    )
    order = StreamOrder(url, sound=sound, parameters=tuple(given.items()))
    stream = MediaStream(
        new_id(IdKind.STREAM), owner.id, call_id, "", url, order.tracks, two_way=True, started_at=utc_now()
    )
    call = StreamTrialCall(stream, order)
    return TriedProgram(address, owner.headers(address), call, facts, egress_here())


async def caller_of(said: str | Path, language: str, digits: str, interruption: str, rate_hz: int) -> StreamCaller:
    """The caller's voice: a file as it sounds, or a text as our voices say it. Raises SpeechError, MediaError."""
    service = speech_service(load())

    async def spoken(text: str) -> Samples:
        return await samples_of_text(service, text, language, rate_hz)

    try:
        samples = samples_of_file(said, rate_hz) if isinstance(said, Path) else await spoken(said)
        return StreamCaller(samples, digits, await spoken(interruption) if interruption else None)
    finally:
        await service.close()


def _parameter(given: str) -> tuple[str, str]:
    name, found, value = given.partition("=")
    if not found or not name:
        raise InvalidField("parameter", f"{given!r} is no parameter: write it as NAME=VALUE.")
    return name, value
