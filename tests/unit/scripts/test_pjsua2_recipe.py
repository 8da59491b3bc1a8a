"""What is built, and that the wheel tells it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts.pjsua2_recipe import CONFIGURE, LIMITS, build_record, config_site, with_native, with_qualified_types


def test_the_limits_are_a_servers() -> None:
    assert LIMITS["PJSUA_MAX_CALLS"] == 1024
    assert LIMITS["PJ_IOQUEUE_MAX_HANDLES"] >= 4 * LIMITS["PJSUA_MAX_CALLS"]
    assert LIMITS["PJSUA_MAX_CONF_PORTS"] >= LIMITS["PJSUA_MAX_CALLS"] + LIMITS["PJSUA_MAX_PLAYERS"]


def test_every_limit_reaches_the_compiler() -> None:
    lines = config_site().splitlines()

    assert {f"#define {name} {limit}" for name, limit in LIMITS.items()} <= set(lines)
    assert "#define PJ_HAS_IPV6 1" in lines


def test_the_shortest_session_expiry_stays_the_libraries_own() -> None:
    assert "ABS_MIN_SE" not in config_site()  # RFC 4028 section 5: 90 seconds


def test_the_build_uses_epoll_and_the_systems_srtp() -> None:
    assert {"--enable-epoll", "--with-external-srtp", "--disable-sound"} <= set(CONFIGURE)


def test_the_record_in_the_wheel_is_a_module_with_the_limits() -> None:
    module: dict[str, object] = {}

    exec(build_record("2.17"), module)

    assert module["VERSION"] == "2.17"
    assert module["LIMITS"] == dict(LIMITS)


def test_the_wrapper_has_our_own_media_beside_the_librarys() -> None:
    interface = with_native("%module pjsua2\n")

    assert interface.startswith("%module pjsua2\n")
    assert '%include "room.hpp"' in interface


def test_the_types_of_swigs_runtime_are_named_with_their_module() -> None:
    generated = 'PyType_Spec spec = {\n    "SwigPyObject",\n    sizeof(SwigPyObject),'

    qualified = with_qualified_types(generated)

    assert qualified == 'PyType_Spec spec = {\n    "pjsua2.SwigPyObject",\n    sizeof(SwigPyObject),'
    assert with_qualified_types(qualified) == qualified


@pytest.mark.processes
def test_the_library_loads_and_works_where_every_warning_is_an_error() -> None:
    program = "import pjsua2; pjsua2.EpConfig(); pjsua2.Endpoint()"

    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
