"""Whom <Dial> calls by telephone: <Number>, <Sip>, <Client>."""

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from engine.flow.attribute_types import Whole
from engine.flow.called import parameter_header, sip_address
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import HttpMethod
from engine.flow.patterns import CLIENT_NAME, HEADER_NAME, PHONE_NUMBER, SIP_URI, TEXT, TONES, WEB_ADDRESS
from engine.flow.plans import Credentials, DialTarget, WhisperPlan
from engine.flow.shape import attribute, content, nested
from engine.flow.verbs import telling
from engine.model.callback import CallEventName
from engine.model.number_plans import dialled_from
from engine.model.sip_headers import headers_behind, require_sendable

_NO_DETECTION: Final = "there is no detection of answering machines yet. Leave it out."
_DETECTION: Final = dict.fromkeys(
    (
        "machineDetection",
        "machineDetectionTimeout",
        "machineDetectionSpeechThreshold",
        "machineDetectionSpeechEndThreshold",
        "machineDetectionSilenceTimeout",
        "amdStatusCallback",
        "amdStatusCallbackMethod",
    ),
    _NO_DETECTION,
)
_WHISPER: Final = "A document that the called party hears alone before the two are joined; Hangup there refuses"
# As in +32 (0)470: what is dialled within the country, which E.164 leaves out.
_TRUNK_PREFIX: Final = "(0)"
_FINAL: Final = (CallEventName.COMPLETED,)


def _whisper(context: ExecutionContext, url: str | None, method: HttpMethod) -> WhisperPlan | None:
    return WhisperPlan(context.absolute(url), method.value) if url else None


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number, in E.164."""

    number: str = content(PHONE_NUMBER, help="The number, in E.164; an emergency number as it is dialled")
    send_digits: str = attribute(TONES, default="", help="Keys to send when it is answered, before the two are joined")
    url: str | None = attribute(WEB_ADDRESS, help=_WHISPER)
    method: HttpMethod = telling.method("url")
    status_callback: str | None = telling.callback_url("the dialled call's progress")
    status_callback_method: HttpMethod = telling.method("statusCallback")
    status_callback_event: tuple[CallEventName, ...] = telling.callback_events(CallEventName, _FINAL)

    IGNORED: ClassVar = {"byoc": telling.OF_A_CLOUD}
    LATER: ClassVar = _DETECTION

    @property
    def address(self) -> str:
        if _TRUNK_PREFIX in self.number and (read := dialled_from(self.number, "")) is not None:
            return read  # a zero that some countries keep
        digits = "".join(each for each in self.number.replace(_TRUNK_PREFIX, "") if each.isdigit())
        return f"+{digits}" if self.number.startswith("+") else digits

    def target(self, context: ExecutionContext) -> DialTarget:
        """The target that is dialled."""
        return DialTarget(
            self.address,
            send_digits=self.send_digits,
            whisper=_whisper(context, self.url, self.method),
            callback=telling.callback(
                context, self.status_callback, self.status_callback_method, self.status_callback_event
            ),
        )


@dataclass(frozen=True, slots=True)
class Header:
    """A header of the INVITE; X- headers, User-to-User, Diversion and P- headers may be set."""

    name: str = attribute(HEADER_NAME, default="", help="Its name, such as X-Customer")
    value: str = attribute(TEXT, default="", help="Its value")

    def __post_init__(self) -> None:
        require_sendable(((self.name, self.value),))


@dataclass(frozen=True, slots=True)
class Uri:
    """One of several addresses of a Sip."""

    uri: str = content(SIP_URI, help="The SIP URI")
    priority: int = attribute(Whole(0, 65535), default=10, help="The lowest is tried first")
    weight: int = attribute(Whole(0, 65535), default=10, help="Of the same priority, the highest is tried first")
    username: str | None = attribute(TEXT, help="For digest authentication with the far end; the Sip's if left out")
    password: str | None = attribute(TEXT, help="Its password")

    DIFFERS: ClassVar = {
        "": "where a Sip has several, all whom its Dial names are rung one after the other.",
        "weight": "of the same priority, the highest is tried first, and not by chance.",
    }


@dataclass(frozen=True, slots=True)
class Sip:
    """A SIP address, as sip:desk@pbx.example;transport=tls; X- headers may follow as in ?x-customer=7.

    Replaces may too, as in the address of a party that hands over after speaking with somebody (RFC 3891, RFC 5589).
    Of several addresses, `sip` is tried first and then the `uris`, until one answers.
    """

    sip: str = content(SIP_URI, default="", help="The SIP URI; where it is left out, the first Uri is")
    username: str | None = attribute(TEXT, help="For digest authentication with the far end")
    password: str | None = attribute(TEXT, help="Its password")
    url: str | None = attribute(WEB_ADDRESS, help=_WHISPER)
    method: HttpMethod = telling.method("url")
    status_callback: str | None = telling.callback_url("the dialled call's progress")
    status_callback_method: HttpMethod = telling.method("statusCallback")
    status_callback_event: tuple[CallEventName, ...] = telling.callback_events(CallEventName, _FINAL)
    headers: tuple[Header, ...] = nested(Header, help="Headers to send", wrapper="Headers")
    uris: tuple[Uri, ...] = nested(Uri, help="More addresses, tried one after the other")

    LATER: ClassVar = _DETECTION

    def __post_init__(self) -> None:
        self._put_in_order()
        for each in self.uris:
            self._at(each)
        require_sendable(self._written(), behind=headers_behind(self.sip))

    @property
    def address(self) -> str:
        return sip_address(self.sip)

    def targets(self, context: ExecutionContext) -> tuple[DialTarget, ...]:
        """The targets that are dialled, each if the one before did not answer."""
        return (self.target(context), *(self._at(each).target(context) for each in self.uris))

    def _put_in_order(self) -> None:
        uris = sorted(self.uris, key=lambda each: (each.priority, -each.weight))
        if not self.sip:
            if not uris:
                raise ValueError(f"it is empty; write {SIP_URI.allowed}.")
            first = self._at(uris.pop(0))
            for name in ("sip", "username", "password"):
                object.__setattr__(self, name, getattr(first, name))
        object.__setattr__(self, "uris", tuple(uris))

    def _at(self, uri: Uri) -> "Sip":
        """The same, at another address."""
        own = (uri.username, uri.password) if uri.username else (self.username, self.password)
        return replace(self, sip=uri.uri, username=own[0], password=own[1], uris=())

    def target(self, context: ExecutionContext) -> DialTarget:
        """The target that is dialled first."""
        return DialTarget(
            self.address,
            whisper=_whisper(context, self.url, self.method),
            callback=telling.callback(
                context, self.status_callback, self.status_callback_method, self.status_callback_event
            ),
            credentials=Credentials(self.username, self.password or "") if self.username else None,
            headers=(*headers_behind(self.sip), *self._written()),
        )

    def _written(self) -> tuple[tuple[str, str], ...]:
        return tuple((each.name, each.value) for each in self.headers)


@dataclass(frozen=True, slots=True)
class Identity:
    """The client's name, where parameters stand beside it."""

    identity: str = content(CLIENT_NAME, help="The client's name")


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something to tell: a client by the header X-Param- with its name, an application by a parameter of its name."""

    name: str = attribute(HEADER_NAME, default="", help="Its name")
    value: str = attribute(TEXT, default="", help="Its value")

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("write its 'name'.")
        if "\r" in self.value or "\n" in self.value:
            raise ValueError("a parameter's value stands on one line.")


@dataclass(frozen=True, slots=True)
class Client:
    """A name that is registered at the registrar in front (TELEFOON_REGISTRAR)."""

    client: str = content(CLIENT_NAME, default="", help="The client's name")
    url: str | None = attribute(WEB_ADDRESS, help=_WHISPER)
    method: HttpMethod = telling.method("url")
    status_callback: str | None = telling.callback_url("the dialled call's progress")
    status_callback_method: HttpMethod = telling.method("statusCallback")
    status_callback_event: tuple[CallEventName, ...] = telling.callback_events(CallEventName, _FINAL)
    identity: tuple[Identity, ...] = nested(Identity, help="The client's name, where parameters stand beside it")
    parameters: tuple[Parameter, ...] = nested(Parameter, help="What to tell the client")

    DIFFERS: ClassVar = {"": "it is reached at the registrar in front of the nodes (TELEFOON_REGISTRAR)."}

    def __post_init__(self) -> None:
        if bool(self.client) == bool(self.identity) or len(self.identity) > 1:
            raise ValueError("write one client's name.")
        if self.identity:
            object.__setattr__(self, "client", self.identity[0].identity)
            object.__setattr__(self, "identity", ())

    @property
    def address(self) -> str:
        return self.client.removeprefix("client:")

    def target(self, context: ExecutionContext) -> DialTarget:
        """The target that is dialled."""
        return DialTarget(
            self.address,
            client=True,
            whisper=_whisper(context, self.url, self.method),
            callback=telling.callback(
                context, self.status_callback, self.status_callback_method, self.status_callback_event
            ),
            headers=tuple(parameter_header(each.name, each.value) for each in self.parameters),
        )
