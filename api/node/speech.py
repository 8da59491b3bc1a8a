"""Speech as the settings describe it."""

from api.node.voices import chosen_voices, servers_by_language
from config.cores import numbers_of
from config.settings import Settings
from config.speech_server import SpeechServerSettings
from engine.errors import EgressDenied, SetupError
from engine.security.residency import Residency
from tts.cache import PromptCache
from tts.server_engine.server import AudioFormat, SpeechServer
from tts.server_engine.servers import SpeechServers
from tts.synthesizer import SpeechService


def speech_service(settings: Settings) -> SpeechService:
    """Not started yet. Raises SetupError for a wrong setting."""
    return SpeechService.create(
        PromptCache(settings.data_dir / "prompts-cache"),
        chosen_voices(settings),
        workers=settings.tts_workers,
        espeak=settings.tts_espeak,
        servers=speech_servers(settings),
        cores=numbers_of(settings.speech_cores),
    )


def speech_servers(settings: Settings) -> SpeechServers:
    """Speech servers of the settings, not asked yet. Raises SetupError for a language that is none of ours."""
    if not settings.tts_servers:
        return SpeechServers()
    # Most commands say nothing by a server, and need not load what asks one.
    from api.node.clock import SystemClock
    from api.node.privacy import residency_of
    from tts.server_engine.asking import Asker
    from tts.server_engine.client import ServerClient

    servers = {language: _server(each) for language, each in servers_by_language(settings).items()}
    clock = SystemClock()
    return SpeechServers(servers, Asker(ServerClient(clock, residency_of(settings)), clock))


def require_speech_servers_inside(settings: Settings, residency: Residency) -> None:
    """What is said to callers goes there. Raises SetupError."""
    for server in settings.tts_servers.values():
        try:
            residency.check(server.host)
        except EgressDenied as denied:
            raise SetupError(
                f"TELEFOON_TTS_SERVERS: {denied} Say where it is in TELEFOON_TARGET_COUNTRIES, "
                "or set TELEFOON_OUTSIDE=warn."
            ) from None


def _server(given: SpeechServerSettings) -> SpeechServer:
    return SpeechServer(
        url=given.url,
        voice=given.voice,
        model=given.model,
        key=given.key.get_secret_value() if given.key is not None else "",
        format=AudioFormat(given.format),
        pcm_rate_hz=given.pcm_rate_hz,
        speed=given.speed,
        timeout_s=given.timeout_s,
        version=given.version,
    )
