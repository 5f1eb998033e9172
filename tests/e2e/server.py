"""Starts the studio as a user does, in a process of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def studio(folder, *arguments, quiet=False):
    """Serve until the block ends; give the port and the process."""
    port = free_port()
    command = [sys.executable, "-m", "flixdrape.cli", "studio", "--port", str(port), *arguments]
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(folder)}
    output = subprocess.DEVNULL if quiet else None
    server = subprocess.Popen(command, env=environment, stdout=output)
    try:
        wait_until_warm(port, server)
        yield port, server
    finally:
        server.terminate()
        server.wait(20)


def wait_until_warm(port, server):
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)
            return
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
        except OSError:
            pass
        if server.poll() is not None:
            raise RuntimeError("the server ended at once")
        time.sleep(0.5)
    raise RuntimeError("the server does not get ready")
