"""All of them: 49 of RFC 4475 and 12 of RFC 5118."""

from typing import Final

from tests.sip.torture.invalid import INVALID
from tests.sip.torture.ipv6 import IPV6
from tests.sip.torture.meaning import MEANING
from tests.sip.torture.multipart import MULTIPART
from tests.sip.torture.valid import VALID

MESSAGES: Final = (*VALID, *MULTIPART, *INVALID, *MEANING, *IPV6)
