"""A session of aiohttp that reaches only what its resolver lets through, and remembers nothing between requests."""

from collections.abc import Sequence

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, TraceConfig

from engine.security.guarded_resolver import GuardedResolver


def guarded_session(
    resolver: GuardedResolver,
    *,
    user_agent: str,
    connections_per_server: int,
    connect_s: float | None = None,
    trace_configs: Sequence[TraceConfig] = (),
) -> ClientSession:
    """Names are resolved for each connection, answers come as they were sent; requests bring limits of their own.

    `connect_s` limits the making of a connection. The resolver stays the caller's to close.
    """
    return ClientSession(
        connector=TCPConnector(resolver=resolver, use_dns_cache=False, limit=0, limit_per_host=connections_per_server),
        # Shared by all who ask: nobody's cookies may reach another.
        cookie_jar=DummyCookieJar(),
        timeout=ClientTimeout(total=None, sock_connect=connect_s),
        headers={"User-Agent": user_agent, "Accept-Encoding": "identity"},
        auto_decompress=False,
        trace_configs=list(trace_configs),
    )
