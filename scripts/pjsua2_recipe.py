"""How pjproject and our own media are built. Whatever changes here changes a cache key, so it is built anew."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

LOCAL_VERSION: Final = "telefoon6"

#: Limits by pjproject's names. The library's own defaults (4 calls, 64 sockets) suit a softphone.
LIMITS: Final = MappingProxyType(
    {
        "PJSUA_MAX_CALLS": 1024,
        "PJSUA_MAX_CONF_PORTS": 4096,  # a call takes one port, each player and recorder one more
        "PJSUA_MAX_PLAYERS": 1024,
        "PJSUA_MAX_RECORDERS": 1024,
        "PJSUA_MAX_ACC": 256,  # a trunk takes one for each IP version, and again for each host where it registers
        "PJ_IOQUEUE_MAX_HANDLES": 8192,  # a call uses two UDP sockets, and they rest before they are closed
        "PJSIP_MAX_TSX_COUNT": 65535,  # an ended transaction stays for 32 s: 200 calls/s of three each
        "PJSIP_MAX_DIALOG_COUNT": 16383,
        "PJSIP_MAX_PKT_LEN": 65535,  # RFC 3261 §18.1.1: the longest there is
    }
)

_SETTINGS: Final = MappingProxyType(
    {
        "PJ_HAS_IPV6": "1",
        # Else each call asks the resolver for this machine's own name, and all calls wait while it does not answer.
        "PJ_GETHOSTIP_DISABLE_LOCAL_RESOLUTION": "1",
        # Where the heap of timers begins, a call having some ten. It doubles when it is full; the default takes 13 MiB.
        "PJSIP_MAX_TIMER_COUNT": "2048",
        # What the memory of a message that is sent begins with, and grows by. Three stay with a call; the defaults are
        # 4,000.
        "PJSIP_POOL_LEN_TDATA": "2000",
        "PJSIP_POOL_INC_TDATA": "500",
        # The same for a stream: 20,000 bytes by the defaults, of which it uses 15,000.
        "PJMEDIA_STREAM_SIZE": "500",
        "PJMEDIA_STREAM_INC": "250",
        "PJSIP_UDP_SO_SNDBUF_SIZE": "(4*1024*1024)",
        "PJSIP_UDP_SO_RCVBUF_SIZE": "(4*1024*1024)",
        # Connections over TCP, and over TLS, that wait until the SIP thread takes them. By the default, 5, whoever is
        # beyond tries again after a second: all far ends at once, where a proxy of theirs has been begun anew.
        "PJSIP_TCP_TRANSPORT_BACKLOG": "1024",
        "PJ_SOMAXCONN": "1024",
        # Media lines that an SDP may have. Each takes 1.3 KB of every call, also where it has none; the default is 16.
        "PJMEDIA_MAX_SDP_MEDIA": "8",
        "PJMEDIA_HAS_VIDEO": "0",
        "PJMEDIA_HAS_SRTP": "1",
        "PJMEDIA_SRTP_HAS_DTLS": "1",
        "PJMEDIA_HAS_OPUS_CODEC": "1",
        "PJMEDIA_HAS_G722_CODEC": "1",
        # How long, in ms, a jitter buffer that has grown by a packet that came late stays so while all come in time. By
        # the default, 2000, whoever is late every few seconds is corrected twice each time: by a gap, then by a cut.
        "PJMEDIA_JBUF_PRO_DISC_T1": "10000",
        # As loud as G.711, as far ends have it: its samples have 15 bits. The default takes them for 14, half as loud.
        "PJMEDIA_G722_DEFAULT_PCM_SHIFT": "1",
    }
)

#: No sound card, no video; codecs and SRTP from the distribution, whose tarball is stripped of third parties.
CONFIGURE: Final = (
    "--enable-epoll",
    "--enable-speex-resample",
    "--with-external-srtp",
    "--with-external-speex",
    "--with-external-gsm",
    "--disable-sound",
    "--disable-video",
    "--disable-libyuv",
    "--disable-libwebrtc",
    "--disable-ilbc-codec",
    "--disable-g7221-codec",
    "--disable-sdl",
    "--disable-ffmpeg",
    "--disable-v4l2",
    "--disable-openh264",
    "--disable-vpx",
    "--disable-upnp",
)

#: -O3, since codecs and the bridge are loops over samples: G.722 takes a fifth less.
C_FLAGS: Final = "-O3 -DNDEBUG -fPIC"

#: The wrapper only passes arguments on: -O1 compiles in a third of the time and loses nothing that counts.
WRAPPER_FLAGS: Final = ("-O1", "-DNDEBUG", "-fPIC", "-fno-strict-aliasing", "-w")


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to compile all of it."""

    suffix: str
    """Of the names in the cache."""
    flags: tuple[str, ...]
    """For the compiler and the linker, besides those that all variants have."""
    whole: bool = True
    """Whether pjproject is compiled so too, and not our own C++ alone."""

    @property
    def library(self) -> Variant:
        """How pjproject is compiled for it."""
        return self if self.whole else PLAIN

    @property
    def lock(self) -> str:
        """The cache's lock that whoever builds it holds."""
        return f"pjsua2{self.suffix}"


PLAIN: Final = Variant("", ())

#: It ends at the first wrong use of memory (AddressSanitizer), and tells of what C leaves undefined
#: (UndefinedBehaviorSanitizer); it is slow, and for tests alone.
SANITIZED: Final = Variant("-sanitized", ("-fsanitize=address,undefined", "-fno-omit-frame-pointer", "-g"))

#: It tells of memory that threads use at the same time (ThreadSanitizer). Ours alone: the library has such places of
#: its own, and what it locks is seen in any case.
RACES: Final = Variant("-races", ("-O1", "-fsanitize=thread", "-fno-omit-frame-pointer", "-g"), whole=False)

#: -threads lets go of Python's lock during every library call.
SWIG_FLAGS: Final = ("-c++", "-python", "-threads", "-w312")

#: A type of SWIG's runtime in the generated wrapper, as SWIG 4.2 and 4.3 write it: without a module before its name.
_UNQUALIFIED_TYPE: Final = re.compile(r'(?P<before>PyType_Spec spec = {\s*")(?P<name>\w+)"')

#: Media of our own, compiled into the module: what must run for each audio frame can't be Python.
NATIVE: Final = Path(__file__).resolve().parents[1] / "sip" / "native"
NATIVE_FLAGS: Final = ("-O3", "-DNDEBUG", "-fPIC", "-Wall", "-Wextra", "-Werror")

#: Classes of our own that Python derives from.
DIRECTORS: Final = ("telefoon::OutsiderGuard", "telefoon::RequestGate")

_INCLUDED: Final = re.compile(r'^#include "([^"]+)"', re.MULTILINE)

#: What of the library is otherwise than we need and no setting of it changes; each says why.
PATCHES: Final = NATIVE.parent / "patches"

#: Files that the distribution's tarball lacks and pjmedia's Makefile still names.
ABSENT_OBJECTS: Final = ("bdimad_dev.o",)


def patches() -> list[Path]:
    """The patches in the order in which they are applied."""
    return sorted(PATCHES.glob("*.patch"))


def config_site() -> str:
    """The text of pjlib/include/pj/config_site.h."""
    values = {**{name: str(limit) for name, limit in LIMITS.items()}, **_SETTINGS}
    return "".join(f"#define {name} {value}\n" for name, value in values.items())


def with_native(interface: str) -> str:
    """The wrapper's interface file with our own media in it."""
    headers = [path.name for path in wrapped_headers()]
    included = "".join(f'#include "{name}"\n' for name in headers)
    wrapped = "".join(f'%include "{name}"\n' for name in headers)
    derived = "".join(f'%feature("director") {name};\n' for name in DIRECTORS)
    return f"{interface}\n%{{\n{included}%}}\n{derived}{wrapped}"


def with_qualified_types(wrapper: str) -> str:
    """The generated wrapper, with the types of SWIG's runtime in the module pjsua2.

    Python warns of a type without a module. Where warnings are errors, SWIG would go on without that type, and the
    import of pjsua2 would end the process by SIGSEGV.
    """
    return _UNQUALIFIED_TYPE.sub(r'\g<before>pjsua2.\g<name>"', wrapper)


def build_record(version: str) -> str:
    """The module `pjsua2_build` of the wheel: how a program knows this build and its limits."""
    return (
        '"""How this pjsua2 was built: one without this module has the library\'s own small limits."""\n'
        f"VERSION = {version!r}\n"
        f"LOCAL_VERSION = {LOCAL_VERSION!r}\n"
        f"CONFIGURE = {CONFIGURE!r}\n"
        f"LIMITS = {dict(LIMITS)!r}\n"
    )


def library_text() -> str:
    """Everything here that decides how pjproject's libraries come out: the part of their cache key that is ours."""
    return "\n".join((config_site(), *CONFIGURE, C_FLAGS, *ABSENT_OBJECTS, *(path.read_text() for path in patches())))


def with_headers(sources: Iterable[Path]) -> tuple[Path, ...]:
    """Files of our own C++ and the headers of ours that they include, and those include."""
    found: set[Path] = set()
    waiting = list(sources)
    while waiting:
        path = waiting.pop()
        found.add(path)
        named = (folder / name for name in _INCLUDED.findall(path.read_text()) for folder in (path.parent, NATIVE))
        waiting += [header for header in named if header.is_file() and header not in found]
    return tuple(sorted(found))


def native_sources() -> list[Path]:
    """Each is compiled by itself."""
    return sorted(NATIVE.glob("*.cpp"))


def wrapped_headers() -> list[Path]:
    """What Python sees of our own C++."""
    return sorted(NATIVE.glob("*.hpp"))


def recipe_text() -> str:
    """Everything that decides what is installed, as the part of a set-up's stamp that stands for it."""
    flags = (*WRAPPER_FLAGS, *NATIVE_FLAGS, *SWIG_FLAGS, *DIRECTORS)
    texts = [path.read_text() for path in with_headers([*native_sources(), *wrapped_headers()])]
    return "\n".join((LOCAL_VERSION, library_text(), *flags, *texts))
