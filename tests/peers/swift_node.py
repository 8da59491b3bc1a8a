"""OpenStack Swift with its S3 interface, all four servers of it in one process.

    python -P swift_node.py FOLDER PORT REGION KEY SECRET

What is stored stays in the folder, so that it may be killed and started again. -P keeps this folder's own modules out.
"""

import os
import sys
import warnings
from pathlib import Path
from typing import Any, Final

from swift.common import utils

utils.monkey_patch()

import eventlet  # noqa: E402  nothing may be imported before its patches
from eventlet import wsgi  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import SwiftHttpProtocol, loadapp  # noqa: E402

_STORAGE: Final = ("account", "container", "object")
_DEVICE: Final = "disk"
_FILTERS: Final[dict[str, dict[str, str]]] = {
    "catch_errors": {},
    "gatekeeper": {},
    "listing_formats": {},
    "bulk": {},
    "s3api": {},
    "tempauth": {},
    "slo": {},
    "dlo": {},
    "versioned_writes": {"allow_object_versioning": "true"},
    "symlink": {},
}


def main(folder: Path, port: int, region: str, key: str, secret: str) -> None:
    """Serve until the process ends; `key` is ACCOUNT:USER."""
    (folder / "devices" / _DEVICE).mkdir(parents=True, exist_ok=True)
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = tests\n")
    utils.set_swift_dir(str(folder))
    storage = {name: eventlet.listen(("127.0.0.1", 0)) for name in _STORAGE}
    for name, listener in storage.items():
        _write_ring(folder / f"{name}.ring.gz", listener.getsockname()[1])
        _write_config(folder, name, {})
    own = {"s3api": {"location": region}, "tempauth": {f"user_{key.replace(':', '_')}": f"{secret} .admin"}}
    _write_config(folder, "proxy", _FILTERS | own)
    servers = {**storage, "proxy": eventlet.listen(("127.0.0.1", port))}
    serving = [eventlet.spawn(_serve, folder / f"{name}.conf", name, listener) for name, listener in servers.items()]
    for each in serving:
        each.wait()


def _write_ring(path: Path, port: int) -> None:
    """Where data is: all on one device."""
    builder = RingBuilder(1, 1, 0)
    device = {"id": 0, "region": 1, "zone": 1, "weight": 1, "ip": "127.0.0.1", "port": port, "device": _DEVICE}
    builder.add_dev(device)
    builder.rebalance()
    builder.get_ring().save(str(path))


def _write_config(folder: Path, name: str, filters: dict[str, dict[str, str]]) -> None:
    server = f"{name}-server"
    sections: dict[str, dict[str, object]] = {
        "DEFAULT": {"swift_dir": folder, "devices": folder / "devices", "mount_check": "false", "user": "root"},
        "pipeline:main": {"pipeline": " ".join([*filters, server])},
        f"app:{server}": {
            "use": f"egg:swift#{name}",
            "account_autocreate": "true",
            "fallocate_reserve": "0",
            "disable_fallocate": "true",
            "container_update_timeout": "60",  # else a busy machine leaves listings to a daemon that does not run here
        },
        **{f"filter:{each}": {"use": f"egg:swift#{each}", **more} for each, more in filters.items()},
    }
    lines = [
        line
        for section, options in sections.items()
        for line in (f"[{section}]", *(f"{option} = {value}" for option, value in options.items()))
    ]
    (folder / f"{name}.conf").write_text("\n".join(lines))


def _serve(config: Path, name: str, listener: Any) -> None:
    app = loadapp(str(config), global_conf={"log_name": name})
    quiet = utils.NullLogger()
    wsgi.server(listener, app, quiet, protocol=SwiftHttpProtocol, capitalize_response_headers=False)


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message="capitalize_response_headers is disabled")
    os.environ["TZ"] = "UTC"
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
