"""Elements that work elsewhere and not here: refused by name and with the reason, so nobody looks for a typing error.

`attributes` are the field's, for the table in docs/call-flow.md: they are refused with their element.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class UnsupportedElement:
    """Why an element is refused, and what to do; `inside` says where else it stands."""

    why: str
    attributes: tuple[str, ...] = ()


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PAYMENT: Final = "taking card payments is not supported. Take the payment on a web page of your payment provider."
_CLOUD: Final = "this needs a service of one cloud that does not exist here."
_TASKS: Final = "there is no task router. Use Enqueue with a queue's name and 'priority'."
_TALK: Final = "this needs a service of one cloud that does not exist here. Use ConversationRelay or Stream."

REFUSED: Final[Mapping[str, UnsupportedElement]] = MappingProxyType(
    {
        "AiSession": UnsupportedElement(_TALK, _words("aiConnector aiSessionConfiguration")),
        "Autopilot": UnsupportedElement(_TALK, _words("name")),
        "Config": UnsupportedElement(_CLOUD, _words("name value")),
        "Conversation": UnsupportedElement(
            _CLOUD,
            _words(
                "serviceInstanceSid inboundAutocreation routingAssignmentTimeout inboundTimeout url method record trim "
                "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent statusCallback "
                "statusCallbackMethod statusCallbackEvent"
            ),
        ),
        "ConversationRelaySession": UnsupportedElement(_TALK, _words("connector sessionConfiguration")),
        "Pay": UnsupportedElement(
            _PAYMENT,
            _words(
                "input action bankAccountType statusCallback statusCallbackMethod timeout maxAttempts securityCode "
                "postalCode minPostalCodeLength paymentConnector paymentMethod tokenType chargeAmount currency "
                "description "
                "validCardTypes language"
            ),
        ),
        "Prompt": UnsupportedElement(_PAYMENT, _words("for errorType cardType attempt requireMatchingInputs")),
        "Room": UnsupportedElement(
            "there are no video rooms. Use Dial with Conference.", _words("name participantIdentity")
        ),
        "Sim": UnsupportedElement(f"{_CLOUD} Use Number or Sip.", _words("simSid")),
        "Siprec": UnsupportedElement(
            "recording by SIPREC is not supported yet. Use Start with Recording.",
            _words("name connectorName track statusCallback statusCallbackMethod"),
        ),
        "Sms": UnsupportedElement(
            "text messages can't be sent from a call. Let your server send it.",
            _words("message to from action method statusCallback"),
        ),
        "Task": UnsupportedElement(_TASKS, _words("body priority timeout")),
        "Transcription": UnsupportedElement(
            "transcribing is not supported yet: there is no transcriber.",
            _words(
                "name track statusCallbackUrl statusCallbackMethod inboundTrackLabel outboundTrackLabel partialResults "
                "languageCode transcriptionEngine profanityFilter speechModel hints enableAutomaticPunctuation "
                "intelligenceService"
            ),
        ),
        "VirtualAgent": UnsupportedElement(
            _TALK, _words("connectorName language sentimentAnalysis statusCallback statusCallbackMethod")
        ),
        "WhatsApp": UnsupportedElement(
            "calls over WhatsApp are not supported. Use Number.",
            _words("phoneNumber url method statusCallbackEvent statusCallback statusCallbackMethod"),
        ),
    }
)

UNTOLD: Final[Mapping[str, str]] = MappingProxyType(
    {"Parameter": "only a client or an application that is dialled is told parameters."}
)
"""What stands in verbs that end a call without effect."""

_BY_FOLDED_NAME: Final = {name.lower(): each for name, each in REFUSED.items()}


def refusal_of(element: str) -> str | None:
    """Why an element of the field, in either spelling, is refused; None if it is not."""
    found = _BY_FOLDED_NAME.get(element.lower())
    return found.why if found else None
