"""Warnings of settings that can't work, told by `serve`, `doctor` and `numbers add` before a call finds out."""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address

from api.node.trunks import given_trunks
from api.node.webhook_urls import LOCAL_NAMES, refused
from config.settings import Settings
from engine.errors import UnknownLanguage
from engine.model.languages import canonical_language
from engine.model.trunk import AddressFamily, KnownBy, TlsVerify, Trunk
from engine.model.trunk.patterns import is_address
from tts.voices import EngineName


def cautions(settings: Settings, urls: Iterable[str] = (), trunks: Sequence[Trunk] | None = None) -> Iterator[str]:
    """One sentence or two each; `urls` are of numbers' webhooks, `trunks` are those of the settings if left out."""
    trunks = given_trunks(settings) if trunks is None else trunks
    yield from _of_trunks(settings, trunks)
    yield from _of_callers(settings, trunks)
    yield from _of_sip_proxies(settings, trunks)
    yield from _of_plain_http(settings)
    yield from _unused_servers(settings)
    for url in dict.fromkeys(urls):
        if (why := refused(settings, url)) is not None:
            yield why


def _of_trunks(settings: Settings, trunks: Sequence[Trunk]) -> Iterator[str]:
    enabled = [trunk for trunk in trunks if trunk.enabled]
    if not enabled:
        yield (
            "No trunk is set: numbers can't be dialled. Add one with: telefoon trunks add NAME --host HOST, or set "
            "TELEFOON_TRUNK, such as sip:sip.carrier.example."
        )
    for trunk in enabled:
        versions = {AddressFamily.of(host.host) for host in trunk.hosts if is_address(host.host)}
        named = any(not is_address(host.host) for host in trunk.hosts)
        reached = trunk.address_family.versions if named else versions
        if not any(AddressFamily.of(host) in reached for host in settings.sip_hosts):
            yield (
                f"Trunk {trunk.name} is reached over {' and '.join(each.words for each in reached)} alone, and SIP "
                f"listens on {settings.sip_host}. Give TELEFOON_SIP_HOST an address of it too."
            )
        if trunk.tls_verify is TlsVerify.OFF:
            yield (
                f"Trunk {trunk.name} takes any certificate (tls_verify is off): anybody on the way may pose as the "
                "carrier, and hear calls. Set tls_ca, or TELEFOON_TLS_CA, to the authority that has issued it."
            )
    nearby = all(is_loopback(host) for host in settings.sip_hosts)
    for host in (host.host for trunk in enabled for host in trunk.hosts):
        if nearby and not is_loopback(host):
            yield (
                f"SIP listens on {settings.sip_host} alone, where the trunk at {host} can't reach it. "
                "Set TELEFOON_SIP_HOST to this machine's address, or to 0.0.0.0."
            )


def _of_callers(settings: Settings, trunks: Sequence[Trunk]) -> Iterator[str]:
    """Calls that can't come in, as nobody can connect over TLS to a node that has no certificate of its own."""
    for trunk in trunks:
        if trunk.takes_calls and trunk.known_by is KnownBy.TLS and not (settings.tls_cert and settings.tls_key):
            yield (
                f"Trunk {trunk.name} is known by its certificate, which it can't show: SIP over TLS needs one of ours. "
                "Set TELEFOON_TLS_CERT and TELEFOON_TLS_KEY."
            )


def _of_sip_proxies(settings: Settings, trunks: Sequence[Trunk]) -> Iterator[str]:
    """What does not go together with proxies of ours before the node."""
    if settings.sip_proxy_address and not settings.sip_proxies:
        yield (
            f"TELEFOON_SIP_PROXY_ADDRESS names {settings.sip_proxy_address}, and TELEFOON_SIP_PROXIES nobody: what the "
            "proxy passes on counts as sent by itself, so no trunk is known. Set the networks from which it asks us."
        )
    for trunk in trunks:
        if settings.sip_proxies and trunk.takes_calls and trunk.known_by is KnownBy.TLS:
            yield (
                f"Trunk {trunk.name} is known by its certificate, which a proxy before this node is shown in its "
                "place. Set its known_by to address or digest, or have it call this node itself."
            )
        if settings.sip_proxy_address and trunk.registers and not trunk.outbound_proxy:
            yield (
                f"Trunk {trunk.name} registers with this node's own address, and so does each node: calls come to the "
                "last that did. Set its outbound_proxy to the proxy's inside address."
            )


def _of_plain_http(settings: Settings) -> Iterator[str]:
    """A proxy that is named ends TLS, one hopes; nobody but this machine is between it and loopback."""
    if settings.http_tls_cert is None and not settings.trusted_proxies and not is_loopback(settings.http_host):
        yield (
            f"HTTP listens on {settings.http_host} without TLS: whoever is on the way can read API keys, and what is "
            "recorded. Set TELEFOON_HTTP_TLS_CERT and TELEFOON_HTTP_TLS_KEY; or, where a proxy ends TLS, name it in "
            "TELEFOON_TRUSTED_PROXIES, or listen on loopback by TELEFOON_HTTP_HOST."
        )


def _unused_servers(settings: Settings) -> Iterator[str]:
    """A server speaks only where it is listed, as every engine does."""
    listed = {_language(tag) for tag, order in settings.tts_engines.items() if EngineName.SERVER in order}
    for tag, server in settings.tts_servers.items():
        if _language(tag) not in listed:
            yield (
                f"The speech server at {server.host} is never asked: TELEFOON_TTS_ENGINES does not list "
                f"'{EngineName.SERVER}' for {tag}."
            )


def _language(tag: str) -> str:
    try:
        return canonical_language(tag)
    except UnknownLanguage:
        return tag  # the start says so, and doctor


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() in LOCAL_NAMES
