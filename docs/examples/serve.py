"""Serves the call flows of this folder, as a web server of your own would: Telefoon asks for them by POST.

python3 docs/examples/serve.py [--port 8090]

A flow whose next step depends on what the caller did needs a program in place of files, such as ivr.py.
"""

import argparse
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Flows(SimpleHTTPRequestHandler):
    """Answers a POST with the file, whatever its form says; the caller's keys would be in it."""

    def do_POST(self) -> None:
        """Read the form, and answer as to a GET."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=8090)
    here = partial(Flows, directory=str(Path(__file__).parent))
    ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), here).serve_forever()
