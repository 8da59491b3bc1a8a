"""Messages that are valid, however odd (RFC 4475 §3.1.1), and one of before RFC 3261 (§3.4)."""

from typing import Final

from tests.sip.torture.message import A_CALL, SILENCE, TortureMessage, described, wire

_UNUSUAL_USER: Final = r"1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
_UNUSUAL_METHOD: Final = r"!interesting-Method0123456789_*+`.%indeed'~"


def _long(before: str, part: str, times: int, after: str = "") -> str:
    return f"{before}{part * times}{after}"


_LONG_CALLER: Final = _long("", "amazinglylongcallername", 5)
_LONG_TO: Final = (
    _long('To: "I have a user name of ', "extreme", 10, ' proportion"<sip:user@example.com:6000;')
    + _long("unknownparam1=very", "long", 20, "value;longparam")
    + _long("", "name", 25, "=shortvalue;very")
    + _long("", "long", 25, "ParameterNameWithNoValue>")
)
_LONG_FROM: Final = (
    f"F: sip:{_LONG_CALLER}@example.net;"
    + _long("tag=12", "982", 50, "424;unknownheaderparam")
    + _long("", "name", 20, "=unknowheaderparam")
    + _long("", "value", 15, ";unknownValueless")
    + _long("", "paramname", 10)
)
_LONG_UNKNOWN: Final = (
    _long("Unknown-", "Long", 20, "-Name: unknown-")
    + _long("", "long", 20, "-value; unknown-")
    + _long("", "long", 20, "-parameter-name = unknown-")
    + _long("", "long", 20, "-parameter-value")
)
_VIA_NAMES: Final = (
    *("Via: ", "v: ", "V: ", "Via: ", "ViA: ", "VIa: ", "VIA: ", "via: ", "viA: ", "vIa: ", "vIA: "),
    *("V :  ", "v :  ", "V  : ", "v  : ", "Via : ", "Via  : ", *["Via: "] * 16),
)
_LONG_VIAS: Final = "\n".join(f"{name}SIP/2.0/TCP sip{33 - place}.example.com" for place, name in enumerate(_VIA_NAMES))

VALID: Final = (
    TortureMessage(
        "wsinv", "RFC 4475 3.1.1.1", "an INVITE with folded lines, odd spaces and unknown parameters",
        "it is a call; here its To has a tag of no dialog", 481,
        wire(
            r'''
INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 150
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \"\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

'''
            + described("192.0.2.3").replace("c=IN IP4 192.0.2.3", "c=IN IP4 192.0.2.4")
        ),
    ),
    TortureMessage(
        "intmeth", "RFC 4475 3.1.1.2", "an unknown method, and every character that may stand where it does",
        "501", 501,
        wire(
            f"{_UNUSUAL_METHOD} sip:{_UNUSUAL_USER}:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\n"
            "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~\n"
            f'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:{_UNUSUAL_USER}@example.com>\n'
            "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>"
            ";fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.\n"
            "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\n"
            f"CSeq: 139122385 {_UNUSUAL_METHOD}\n"
            "Max-Forwards: 255\n"
            "extensionHeader-!.%*+_`'~:\ufeff大停電\n"
            "Content-Length: 0\n\n"
        ),
    ),
    TortureMessage(
        "esc01", "RFC 4475 3.1.1.3", "an INVITE with escaped characters in its URIs", "it is a call", A_CALL,
        wire(
            """
INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0
To: sip:%75se%72@example.com
From: <sip:I%20have%20spaces@example.net>;tag=938
Max-Forwards: 87
i: esc01.239409asdfakjkn23onasd0-3234
CSeq: 234234 INVITE
Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw
C: application/sdp
Contact:
  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>
Content-Length: 150

"""
            + described("192.0.2.1")
        ),
    ),
    TortureMessage(
        "escnull", "RFC 4475 3.1.1.4", "a REGISTER with escaped NULs in its URIs", "no registrar here: 405", 405,
        wire("""
REGISTER sip:example.com SIP/2.0
To: sip:null-%00-null@example.com
From: sip:null-%00-null@example.com;tag=839923423
Max-Forwards: 70
Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd
CSeq: 14398234 REGISTER
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw
Contact: <sip:%00@host5.example.com>
Contact: <sip:%00%00@host5.example.com>
L:0

"""),
    ),
    TortureMessage(
        "esc02", "RFC 4475 3.1.1.5", "percent signs where they escape nothing, in method and header names",
        "the method is unknown: 501", 501,
        wire("""
RE%47IST%45R sip:registrar.example.com SIP/2.0
To: "%Z%45" <sip:resource@example.com>
From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23
Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf
Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234
CSeq: 29344 RE%47IST%45R
Max-Forwards: 70
Contact: <sip:alias1@host1.example.com>
C%6Fntact: <sip:alias2@host2.example.com>
Contact: <sip:alias3@host3.example.com>
l: 0

"""),
    ),
    TortureMessage(
        "lwsdisp", "RFC 4475 3.1.1.6", "no space between a display name and <", "200", 200,
        wire("""
OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: caller<sip:caller@example.com>;tag=323
Max-Forwards: 70
Call-ID: lwsdisp.1234abcd@funky.example.com
CSeq: 60 OPTIONS
Via: SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw
l: 0

"""),
    ),
    TortureMessage(
        "longreq", "RFC 4475 3.1.1.7", "an INVITE with very long values and 34 Vias", "it is a call, or too long: 400",
        400,
        wire(
            f"INVITE sip:user@example.com SIP/2.0\n{_LONG_TO}\n{_LONG_FROM}\n"
            + _long("Call-ID: longreq.one", "really", 20, "longcallid\nCSeq: 3882340 INVITE\n")
            + f"{_LONG_UNKNOWN}\n{_LONG_VIAS}\n"
            + _long("Via: SIP/2.0/TCP host.example.com;received=192.0.2.5;branch=very", "long", 50, "branchvalue\n")
            + f"Max-Forwards: 70\nContact: <sip:{_LONG_CALLER}@host5.example.net>\n"
            "Content-Type: application/sdp\nl: 150\n\n" + described("192.0.2.1")
        ),
    ),
    TortureMessage(
        "dblreq", "RFC 4475 3.1.1.8", "a REGISTER, and an INVITE in the same datagram",
        "over UDP what follows is ignored; over TCP it is a message of its own", 405,
        wire(
            """
REGISTER sip:example.com SIP/2.0
To: sip:j.user@example.com
From: sip:j.user@example.com;tag=43251j3j324
Max-Forwards: 8
I: dblreq.0ha0isndaksdj99sdfafnl3lk233412
Contact: sip:j.user@host.example.com
CSeq: 8 REGISTER
Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492
Content-Length: 0


INVITE sip:joe@example.com SIP/2.0
t: sip:joe@example.com
From: sip:caller@example.net;tag=141334
Max-Forwards: 8
Call-ID: dblreq.0ha0isnda977644900765@192.0.2.15
CSeq: 8 INVITE
Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw380234
Content-Type: application/sdp
Content-Length: 150

"""
            + described("192.0.2.15").replace("m=video", "m =video")
        ),
    ),
    TortureMessage(
        "semiuri", "RFC 4475 3.1.1.9", "a semicolon in the user part of the Request-URI", "200", 200,
        wire("""
OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0
To: sip:j_user@example.com
From: sip:caller@example.org;tag=33242
Max-Forwards: 3
Call-ID: semiuri.0ha0isndaksdj
CSeq: 8 OPTIONS
Accept: application/sdp, application/pkcs7-mime,
        multipart/mixed, multipart/signed,
        message/sip, message/sipfrag
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdjuw
l: 0

"""),
    ),
    TortureMessage(
        "transports", "RFC 4475 3.1.1.10", "Vias of every transport, and of an unknown one", "200", 200,
        wire("""
OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: <sip:caller@example.com>;tag=323
Max-Forwards: 70
Call-ID:  transports.kijh4akdnaqjkwendsasfdj
Accept: application/sdp
CSeq: 60 OPTIONS
Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw
Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf
Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj
Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en
Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee
l: 0

"""),
    ),
    TortureMessage(
        "unreason", "RFC 4475 3.1.1.12", "an answer with an odd reason, to nothing that we asked", "nothing", SILENCE,
        wire(
            """
SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое
Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
Call-ID: unreason.1234ksdfak3j2erwedfsASdf
CSeq: 35 INVITE
From: sip:user@example.com;tag=11141343
To: sip:user@example.edu;tag=2229
Content-Length: 154
Content-Type: application/sdp
Contact: <sip:user@host198.example.com>

"""
            + described("192.0.2.198")
        ),
    ),
    TortureMessage(
        "noreason", "RFC 4475 3.1.1.13", "an answer without a reason, to nothing that we asked", "nothing", SILENCE,
        wire(
            "SIP/2.0 100 \n"
            """Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe
Call-ID: noreason.asndj203insdf99223ndf
CSeq: 35 INVITE
From: <sip:user@example.com>;tag=39ansfi3
To: <sip:user@example.edu>;tag=902jndnke3
Content-Length: 0
Contact: <sip:user@host105.example.com>

"""
        ),
    ),
    TortureMessage(
        "inv2543", "RFC 4475 3.4.1", "an INVITE as before RFC 3261: no branch, no tag, no Max-Forwards",
        "it may be a call; without Contact (RFC 3261 §8.1.1.8), 400", 400,
        wire("""
INVITE sip:UserB@example.com SIP/2.0
Via: SIP/2.0/UDP iftgw.example.com
From: <sip:+13035551111@ift.client.example.net;user=phone>
Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>
To: sip:+16505552222@ss1.example.net;user=phone
Call-ID: inv2543.1717@ift.client.example.com
CSeq: 56 INVITE
Content-Type: application/sdp

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.5
s=-
c=IN IP4 192.0.2.5
t=0 0
m=audio 49217 RTP/AVP 0
"""),
        over_tcp=SILENCE,
    ),
)  # fmt: skip
