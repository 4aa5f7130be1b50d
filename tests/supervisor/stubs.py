"""Small stand-ins for the processes of an installation."""

import os
import sys
from collections.abc import Callable, Sequence

from diemcau.installation import Installation
from diemcau.supervisor.probes import http_probe
from diemcau.supervisor.process import Process

SERVER = """
import http.server, signal, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *words): pass
if "stubborn" in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("listening", flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""

DIES = "import sys; sys.exit('no such table: site')"


def python(name: str, code: str, *arguments: str, port: int | None = None) -> Process:
    """A process that runs Python `code`; with `port` it must answer there."""
    return Process(
        name=name,
        argv=(sys.executable, "-I", "-c", code, *arguments),
        environ=dict(os.environ),
        probe=None if port is None else http_probe(f"http://127.0.0.1:{port}/health"),
    )


def server(name: str, port: int, *words: str) -> Process:
    """A process that answers every request on `port` with 200."""
    return python(name, SERVER, str(port), *words, port=port)


def two_servers(installation: Installation) -> Sequence[Process]:
    """The engine's and the web's places, taken by stand-ins."""
    return [server("engine", installation.engine_port), server("web", installation.port)]


def only(*processes: Process) -> Callable[[Installation], Sequence[Process]]:
    """The given processes, whatever the installation."""
    return lambda installation: processes
