"""Everything that can go wrong, as one tree.

TelefoonError
├── NotFound                 no such call, conference, recording or number in this account
│   ├── NoTrunk              no trunk of this name
│   └── NoRoute              no route of this identifier
├── Refused                  the request is understood but may not be carried out
│   ├── CallerNotOwned       `from` is not one of the account's numbers
│   ├── KeyFromElsewhere     an API key is used from a network that it is not for
│   ├── NumberTaken          the number is an account's already
│   ├── BalanceTooLow        the account has not paid enough beforehand
│   ├── PolicyRefused        a call policy does not allow the call
│   └── WrongState           the thing is not in a state that allows it
│       ├── TrunkTaken       there is a trunk of this name already
│       ├── TrunkRouted      routes lead to the trunk
│       ├── TopUpDiffers     the key of a top-up was used for another amount
│       └── SetElsewhere     the trunk is set in a file or in the environment, and changed there alone
├── InvalidField             one field of a request is wrong; carries its name
│   ├── EmergencyRefused     an emergency number is called, and no trunk is marked for it
│   └── UnknownLanguage      no voice speaks the language
├── UnexpectedEvent          a state machine was given an event its state does not know
├── Overloaded               this node has too much to do to begin another call now, or is stopping
│   ├── TrunksFull           every trunk that could carry the call carries as many as it may
│   └── NoNodeInRegion       no node of the account's region takes calls now
├── QueueFull                as many calls of an account wait for their turn as may
├── NoLongerQueued           a call does not wait for its turn any more
├── LegGone                  the far end has hung up, or its dialog failed
│   └── FlowTaken            the call was given another flow
├── SipError                 the SIP library refused a command
├── NodeUnreachable          another node of this platform does not answer
├── ConsentError             consent is to another purpose than the one that it is to allow
├── SpeechError              a prompt could not be spoken
│   └── UnknownVoice         no voice of this name speaks the language
├── RecognitionError         what a caller said could not be turned into text
│   └── RecognizerBusy       as many speakers are listened to as can be
├── MediaError               an audio file could not be fetched or decoded
├── StreamError              a media stream could not be begun, or there is none to be stopped
├── AgentError               a conversation with a program could not be begun
├── DisclosureRefused        somebody could not be told that a program speaks
├── RecordingError           a recording could not be started, written or closed
│   ├── SealBroken           a sealed recording was changed or cut, or the key is another's
│   └── ObjectStoreError     the object store did not do as asked
│       ├── ObjectStoreAway  it does not answer, or fails for now
│       └── ObjectMissing    it does not hold what it held
├── WebhookError             the customer's server did not give a usable answer
│   └── EgressDenied         the address is one that we may not reach
├── DocumentError            a call flow document does not parse; carries line, column, element, attribute
├── FlowFailed               a call flow parses, but makes no sense when it runs
├── StoreError               the database did not do as asked
│   ├── NoSpace              the disk that it lies on is full
│   ├── NotMoved             it could not be moved to another, of which nothing is changed
│   └── Unstorable           no database could: a text or a number is beyond what it can hold
│       └── NodeFenced       this node may write no more: another has its name, or closes its calls
└── SetupError               a setting, a port or a library stops the start
    └── MasterKeyMissing     there is no master key where the settings say that it is
"""

from collections.abc import Iterable

from engine.flow_faults import FlowFault


class TelefoonError(Exception):
    """Root of all errors raised on purpose; its text is written for the user.

    `again_after_s` is after how many seconds the same may be let pass, where only the moment is wrong.
    """

    again_after_s: int | None = None


class NotFound(TelefoonError):
    """No such thing in this account; another account's counts as none."""

    def __init__(self, kind: str, identifier: str) -> None:
        super().__init__(f"There is no {kind} {identifier} in this account.")
        self.kind = kind
        self.identifier = identifier


class NoTrunk(NotFound):
    """No trunk has this name; trunks belong to the node, not to an account."""

    def __init__(self, name: str) -> None:
        super().__init__("trunk", name)
        self.args = (f"There is no trunk {name}. See them with: telefoon trunks list",)


class NoRoute(NotFound):
    """No route has this identifier; routes belong to the node, as trunks do."""

    def __init__(self, route_id: str) -> None:
        super().__init__("route", route_id)
        self.args = (f"There is no route {route_id}. See them with: telefoon routes list",)


class Refused(TelefoonError):
    """Understood, but not allowed."""


class CallerNotOwned(Refused):
    """`from` must be one of the account's own numbers."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"'from' is {number}, which is not a number of this account. "
            f"Add it with: telefoon numbers add {number} --account NAME"
        )
        self.number = number


class KeyFromElsewhere(Refused):
    """An API key is of use to clients of some networks alone, and this one is in none of them."""

    def __init__(self, key_id: str, hint: str) -> None:
        super().__init__(f"The API key that ends in {hint} is not for the network that this request comes from.")
        self.key_id = key_id


class NumberTaken(Refused):
    """A number belongs to one account."""

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is in use already. Free it with: telefoon numbers remove {number}")
        self.number = number


class BalanceTooLow(Refused):
    """An account that pays beforehand has less available than what is asked for."""

    def __init__(self, account_id: str) -> None:
        super().__init__("The account's balance is too low for this: top it up first.")
        self.account_id = account_id


class PolicyRefused(Refused):
    """A call policy does not allow a call: which rule, of which level, for which number.

    `uri` names the rule in problems. `again_after_s` is set where the same call may pass later.
    """

    def __init__(
        self, why: str, *, rule: str, level: str, number: str, uri: str, again_after_s: int | None = None
    ) -> None:
        super().__init__(why)
        self.rule = rule
        self.level = level
        self.number = number
        self.uri = uri
        self.again_after_s = again_after_s


class WrongState(Refused):
    """The thing exists but is not in a state that allows the request."""


class TrunkTaken(WrongState):
    """A trunk's name is its own."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is a trunk {name} already. Change it with: telefoon trunks set {name} --set FIELD=VALUE"
        )


class TrunkRouted(WrongState):
    """A trunk stays for as long as routes lead to it: without it their calls would go nowhere."""

    def __init__(self, name: str, routes: Iterable[str]) -> None:
        super().__init__(
            f"Routes lead to trunk {name}: {', '.join(routes)}. Remove them first: telefoon routes remove ID"
        )


class TopUpDiffers(WrongState):
    """Each top-up has a key of its own; one that is asked for again is for the same amount."""

    def __init__(self, key: str) -> None:
        super().__init__(f"There is a top-up with the key {key!r} already, for another amount.")


class SetElsewhere(WrongState):
    """A trunk that a settings file or the environment sets is changed there alone."""

    def __init__(self, name: str, place: str) -> None:
        super().__init__(f"Trunk {name} is set in {place}; change it there, and start the server again.")
        self.place = place


class InvalidField(TelefoonError):
    """One field of a request is wrong. `field` is its published name."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail


class EmergencyRefused(InvalidField):
    """An emergency number is called, and no trunk is marked for such calls."""

    def __init__(self, number: str, why: str) -> None:
        super().__init__("to", why)
        self.number = number


class UnknownLanguage(InvalidField):
    """A language that no voice speaks."""


class UnexpectedEvent(TelefoonError):
    """A state machine refused an event; the state is as it was."""

    def __init__(self, identifier: str, state: str, event: str) -> None:
        super().__init__(f"{identifier} is {state}: {event} means nothing there")
        self.identifier = identifier
        self.state = state
        self.event = event


class Overloaded(TelefoonError):
    """The node has too much to do to begin another call now, or is stopping; `again_after_s` is when to ask again."""

    def __init__(self, detail: str, again_after_s: int = 1) -> None:
        super().__init__(detail)
        self.again_after_s = again_after_s


class TrunksFull(Overloaded):
    """Every trunk that could carry the call carries as many as it may."""


class NoNodeInRegion(Overloaded):
    """No node of the region takes calls now in which alone those of an account are carried."""

    def __init__(self, region: str) -> None:
        super().__init__(
            f"Calls of this account are carried in the region {region}, where no node takes any now; try again.",
            again_after_s=5,
        )


class QueueFull(TelefoonError):
    """The line of an account's calls has no place for another; `again_after_s` is when to ask again."""

    def __init__(self, most: int, again_after_s: int) -> None:
        super().__init__(f"{most} calls of the account wait for their turn already; try again later.")
        self.again_after_s = again_after_s


class NoLongerQueued(TelefoonError):
    """The call does not wait for its turn any more: it was cancelled meanwhile."""


class LegGone(TelefoonError):
    """The dialog with the far end is over."""


class FlowTaken(LegGone):
    """The call was given another flow: for those who had something to do with it, it is gone."""


class NodeUnreachable(TelefoonError):
    """Another node of this platform does not answer in time."""


class SipError(TelefoonError):
    """The SIP library refused a command."""


class ConsentError(TelefoonError):
    """Consent is to another purpose than the one that it is to allow."""


class SpeechError(TelefoonError):
    """A prompt could not be spoken."""


class UnknownVoice(SpeechError):
    """No voice of this name speaks the language."""


class RecognitionError(TelefoonError):
    """A caller's words could not be turned into text."""


class RecognizerBusy(RecognitionError):
    """A speaker more than the recogniser's readers can follow."""


class MediaError(TelefoonError):
    """An audio file could not be fetched or decoded."""


class StreamError(TelefoonError):
    """A media stream could not be begun, or there is none of its name."""


class AgentError(TelefoonError):
    """A conversation with a program that talks by text could not be begun."""


class DisclosureRefused(TelefoonError):
    """Somebody could not be told that a program speaks, so it is not heard; the text says what to do."""


class RecordingError(TelefoonError):
    """A recording could not be started, written or closed."""


class SealBroken(RecordingError):
    """A sealed recording, or a wrapped key, is not what was sealed; `fault` says what is wrong with it."""

    def __init__(self, fault: str) -> None:
        super().__init__(f"The recording can't be opened: {fault}.")
        self.fault = fault


class ObjectStoreError(RecordingError):
    """The object store did not do as asked; the text names its host."""


class ObjectStoreAway(ObjectStoreError):
    """The object store does not answer, or fails for now: it may do so later."""


class ObjectMissing(ObjectStoreError):
    """The object store does not hold an object that it held."""


class WebhookError(TelefoonError):
    """The customer's server did not give a usable answer."""

    def __init__(self, detail: str, fault: FlowFault = FlowFault.RETRIEVAL) -> None:
        super().__init__(detail)
        self.fault = fault


class EgressDenied(WebhookError):
    """The address is one that webhooks and downloads may not reach."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, FlowFault.CONNECTION)


class DocumentError(TelefoonError):
    """A call flow document does not parse.

    `line` and `column` count from 1 (0 where unknown); `element` and `attribute` name the culprit. `mend` is what to
    write instead, where that can be said by itself; the detail has it as well. Where no `fault` is given and no
    culprit is named, the document could not be read at all.
    """

    def __init__(
        self, detail: str, *, line: int = 0, column: int = 0, element: str = "", attribute: str = "", mend: str = "",
        fault: FlowFault | None = None,
    ) -> None:  # fmt: skip
        place = f"line {line}, column {column}: " if line else ""
        super().__init__(f"{place}{detail}")
        self.detail = detail
        self.line = line
        self.column = column
        self.element = element
        self.attribute = attribute
        self.mend = mend
        self.fault = fault or (FlowFault.SCHEMA if element or attribute else FlowFault.PARSE)


class FlowFailed(TelefoonError):
    """A call flow parses, but makes no sense when it runs, as one that goes in circles."""

    def __init__(self, detail: str, fault: FlowFault = FlowFault.INTERNAL) -> None:
        super().__init__(detail)
        self.fault = fault


class StoreError(TelefoonError):
    """The database did not do as asked; what was asked is not stored."""


class NoSpace(StoreError):
    """The disk is full, so nothing new is begun; the text says which."""


class NotMoved(StoreError):
    """A database was not moved: both are as they were; the text says what to do."""


class Unstorable(StoreError):
    """A value is beyond what any database holds, so storing it again is of no use."""


class NodeFenced(Unstorable):
    """Another node may have closed the calls of this one, or has its name: what it has to say comes too late."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The node {name} lost its lease: others may have closed its calls, so it may write no more.")


class SetupError(TelefoonError):
    """A setting, a port or a library stops the start; the text says what to do."""


class MasterKeyMissing(SetupError):
    """There is no master key where the settings say that it is; before the first recording that is as it should be."""
