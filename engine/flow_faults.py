"""What can be wrong with a call flow, by the field's numbers: a fallback is told it as `ErrorCode`."""

from enum import Enum


class FlowFault(Enum):
    """The reason for which a call flow could not be had or performed: the field's number, and a sentence."""

    URL = 11100, "The URL is none, or is relative where there is nothing to count it from."
    RETRIEVAL = 11200, "The server answered with a status other than 200 to 299, or with what can't be used."
    CONNECTION = (
        11205,
        "No connection came about, it broke, or no answer came in time; or the address is not allowed.",
    )
    PROTOCOL = 11206, "The answer is no HTTP, or breaks off."
    HOST_NAME = 11210, "The name of the host has no address."
    REDIRECTS = 11215, "There were more redirects than are followed, or the flow goes in circles."
    REDIRECT = 11216, "A redirect leads to what is no URL."
    TLS = 11220, "TLS could not be agreed on."
    CERTIFICATE_NAME = 11235, "The certificate is for another name."
    CERTIFICATE_EXPIRED = 11236, "The certificate has expired."
    CERTIFICATE = 11237, "Nobody whom we trust vouches for the certificate."
    TOO_LONG = 11750, "The document is longer than 64 KiB."
    EMPTY = 11770, "The document is empty."
    PARSE = 12100, "The document is no well-formed XML and no JSON, or is not in the encoding that is named."
    ROOT = 12102, "The first element is not `Response`."
    SCHEMA = 12200, "A verb, a noun, an attribute or a value is none of the language, and could not be passed over."
    CONTENT_TYPE = 12300, "The document is neither XML nor JSON."
    INTERNAL = 12400, "What the flow asks for this node can't do, or something of our own has failed."

    def __init__(self, number: int, meaning: str) -> None:
        self.number = number
        self.meaning = meaning
