"""The settings of clients' connections to the REST interface: how many there may be, and how slow they may be."""

from pydantic import BaseModel, Field


class HttpConnectionSettings(BaseModel):
    """Where else they come, how many at once, and the seconds that a client may take over each part of its work."""

    http_shared_port: int = Field(default=0, ge=0, le=65535)
    http_connections: int = Field(default=500, ge=10, le=20_000)
    http_connections_of_address: int = Field(default=200, ge=1, le=20_000)
    http_head_s: float = Field(default=10.0, ge=1, le=600)
    http_body_s: float = Field(default=30.0, ge=1, le=600)
    http_idle_s: float = Field(default=75.0, ge=1, le=3600)
    http_reader_s: float = Field(default=30.0, ge=1, le=600)
