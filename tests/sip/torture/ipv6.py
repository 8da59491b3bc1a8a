"""The messages of RFC 5118, with IPv6 where it may and may not be.

Three of the RFC's have a Content-Length that is not that of their body, which is not what they are about: here it is.
"""

from typing import Final

from tests.sip.torture.message import SILENCE, TortureMessage, wire


def _register(section: str, name: str, what: str, uri: str, answer: int | None = 405) -> TortureMessage:
    right = "no registrar here: 405" if answer else "400, or silence"
    text = f"""
REGISTER {uri} SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Max-Forwards: 70
Contact: "Caller" <sip:caller@[2001:db8::1]>
CSeq: 98176 REGISTER
Content-Length: 0

"""
    return TortureMessage(name, f"RFC 5118 {section}", what, right, answer, wire(text))


def _options(name: str, what: str, colons: str) -> TortureMessage:
    text = f"""
OPTIONS sip:user@[2001:db8{colons}192.0.2.1] SIP/2.0
To: sip:user@[2001:db8{colons}192.0.2.1]
From: sip:user@example.com;tag=810x2
Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111
Call-ID: G9559905523997077@hlau_4100
CSeq: 689 OPTIONS
Max-Forwards: 70
Content-Length: 0

"""
    return TortureMessage(name, "RFC 5118 4.10", what, "200", 200, wire(text))


IPV6: Final = (
    _register("4.1", "ipv6-good", "an IPv6 address in the Request-URI", "sip:[2001:db8::10]"),
    _register("4.2", "ipv6-bad", "an IPv6 address without its brackets", "sip:2001:db8::10", SILENCE),
    _register("4.3", "port-ambiguous", "what may be a port within the brackets", "sip:[2001:db8::10:5070]"),
    _register("4.4", "port-unambiguous", "a port behind the brackets", "sip:[2001:db8::10]:5070"),
    TortureMessage(
        "via-received-param-with-delim", "RFC 5118 4.5", "brackets in received=, a BYE of no call", "481", 481,
        wire("""
BYE sip:[2001:db8::10] SIP/2.0
To: sip:user@example.com;tag=bd76ya
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Max-Forwards: 70
CSeq: 321 BYE
Content-Length: 0

"""),
    ),
    TortureMessage(
        "via-received-param-no-delim", "RFC 5118 4.5", "no brackets in received=", "200", 200,
        wire("""
OPTIONS sip:[2001:db8::10] SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3
Call-ID: SSG95523997077@hlau_4100
Max-Forwards: 70
Contact: "Caller" <sip:caller@[2001:db8::9:1]>
CSeq: 921 OPTIONS
Content-Length: 0

"""),
    ),
    TortureMessage(
        "ipv6-in-sdp", "RFC 5118 4.6", "IPv6 addresses in the description, whose codecs we lack",
        "it is read; no codec in common: 488", 488,
        wire("""
INVITE sip:user@[2001:db8::10] SIP/2.0
To: sip:user@[2001:db8::10]
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "Caller" <sip:caller@[2001:db8::20]>
CSeq: 8612 INVITE
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: 251

v=0
o=assistant 971731711378798081 0 IN IP6 2001:db8::20
s=Live video feed for today's meeting
c=IN IP6 2001:db8::20
t=3338481189 3370017201
m=audio 6000 RTP/AVP 2
a=rtpmap:2 G726-32/8000
m=video 6024 RTP/AVP 107
a=rtpmap:107 H263-1998/90000
"""),
    ),
    TortureMessage(
        "mult-ip-in-header", "RFC 5118 4.7", "Vias with IPv4 and IPv6, a BYE of no call", "481", 481,
        wire("""
BYE sip:user@host.example.net SIP/2.0
Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144
Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200
Call-ID: 997077@lau_4100
Max-Forwards: 70
CSeq: 89187 BYE
To: sip:user@example.net;tag=9817--94
From: sip:user@example.com;tag=81x2
Content-Length: 0

"""),
    ),
    TortureMessage(
        "mult-ip-in-sdp", "RFC 5118 4.8", "sound over IPv4 and video over IPv6",
        "a call, where IPv6 is spoken; its Contact is out of reach here: 500", 500,
        wire("""
INVITE sip:user@[2001:db8::10] SIP/2.0
To: sip:user@[2001:db8::10]
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "Caller" <sip:caller@[2001:db8::9:1]>
Max-Forwards: 70
CSeq: 8912 INVITE
Content-Type: application/sdp
Content-Length: 189

v=0
o=bob 280744730 28977631 IN IP4 host.example.com
s=
t=0 0
m=audio 22334 RTP/AVP 0
c=IN IP4 192.0.2.1
m=video 6024 RTP/AVP 107
c=IN IP6 2001:db8::1
a=rtpmap:107 H263-1998/90000
"""),
    ),
    TortureMessage(
        "ipv4-mapped-ipv6", "RFC 5118 4.9", "IPv4 addresses written as IPv6, codecs that we lack",
        "it is read; no codec in common: 488", 488,
        wire("""
INVITE sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:user@east.example.com;tag=81x2
Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19
Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "T. desk phone" <sip:ted@[::ffff:192.0.2.2]>
CSeq: 612 INVITE
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: 245

v=0
o=assistant 971731711378798081 0 IN IP6 ::ffff:192.0.2.2
s=Call me soon, please!
c=IN IP6 ::ffff:192.0.2.2
t=3338481189 3370017201
m=audio 6000 RTP/AVP 2
a=rtpmap:2 G726-32/8000
m=video 6024 RTP/AVP 107
a=rtpmap:107 H263-1998/90000
"""),
    ),
    _options("ipv6-bug-abnf-3-colons", "three colons before an IPv4 part, as RFC 3261's grammar has them", ":::"),
    _options("ipv6-correct-abnf-2-colons", "two colons before an IPv4 part", "::"),
)  # fmt: skip
