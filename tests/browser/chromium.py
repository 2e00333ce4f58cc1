"""A headless browser on a page of ours, behind a proxy of our own that sees every request it makes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
HOST = "http://pages.test"
# What the browser asks for on its own account, whatever page is open.
OWN = re.compile(r"(^|\.)(google|googleapis|gstatic|gvt1|googleusercontent)\.com(:\d+)?$")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--enable-logging=stderr",
)


def browser() -> str:
    """Return the browser's command; where there is none the test is skipped with the reason, or fails with CI=true."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no chromium on this machine, and CI=true")
        pytest.skip("no chromium on this machine: the pages are not opened")
    return found


@dataclass
class Visit:
    """What a visit left behind: the document, what the console said, every request, in order."""

    dom: str = ""
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def foreign(self) -> list[str]:
        """Return the requests that went to neither our pages nor the browser's own maker."""
        hosts = [(one, re.sub(r"^\w+://", "", one.split(" ", 1)[1]).split("/")[0]) for one in self.requests]
        return [one for one, host in hosts if f"http://{host}" != HOST and not OWN.search(host)]


@contextmanager
def proxy(pages: Mapping[str, str], visit: Visit) -> Iterator[str]:
    """Serve pages by path as http://pages.test/ to a browser that uses us as its proxy; note every request."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            visit.requests.append(f"GET {self.path}")
            text = pages.get(self.path.removeprefix(HOST)) if self.path.startswith(HOST) else None
            content = (text or "").encode()
            self.send_response(200 if text is not None else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_CONNECT(self):
            visit.requests.append(f"CONNECT {self.path}")
            self.send_error(502)

        def log_message(self, *_arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def run(arguments: list[str]) -> tuple[str, str]:
    """Run the browser with a new profile; return its two outputs. All its processes are gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser(), *FLAGS, f"--user-data-dir={profile}", *arguments]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace", start_new_session=True
        )
        try:
            return process.communicate(timeout=120)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def visit(pages: Mapping[str, str], path: str) -> Visit:
    """Open http://pages.test/PATH and return what came of it."""
    made = Visit()
    with proxy(pages, made) as address:
        made.dom, errors = run(
            [f"--proxy-server={address}", "--proxy-bypass-list=<-loopback>", "--virtual-time-budget=3000", "--dump-dom", HOST + path]
        )
    made.console = [line for line in errors.splitlines() if "CONSOLE" in line]
    return made


def picture(page: str, width: int, height: int, out: Path) -> bytes:
    """Return a screenshot of the page in a frame of this width, as PNG; `out` is a folder for the files."""
    frame = f'<!doctype html><body style="margin:0"><iframe src="page.html" style="border:0;width:{width}px;height:{height}px"></iframe>'
    (out / "page.html").write_text(page, encoding="utf-8")
    (out / "frame.html").write_text(frame, encoding="utf-8")
    shot = out / f"shot-{width}.png"
    run([f"--window-size={max(width, 500)},{height}", f"--screenshot={shot}", (out / "frame.html").as_uri()])
    return shot.read_bytes()
