"""nginx with Nchan, one worker: the bar for sending one thing to many sockets, written in C."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from backend.config.scratch import free_port
from tests.bench.delivery.absent import Absent
from tests.bench.delivery.reading import only_child

MODULES = [Path("/usr/lib/nginx/modules/ngx_nchan_module.so"), Path("/usr/lib64/nginx/modules/ngx_nchan_module.so")]
PACKAGES = ["nginx", "libnginx-mod-nchan"]
EVENT_BYTES = 300


class Nchan:
    name = "nchan"
    next = 1

    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid = port, pid
        self._http = socket.create_connection(("127.0.0.1", port))

    def load_arguments(self, sockets: int) -> list[str]:
        return ["-p", str(self.port), "-u", "/sub", "-m", '"q":']

    def publish(self, count: int, every: float) -> list[int]:
        """One POST per event; `every` 0: all of them at once, on one connection."""
        requests = [_request(self.next + number) for number in range(count)]
        if every == 0:
            left = [time.monotonic_ns()] * count
            self._post(b"".join(requests), count)
            return left
        left, start = [], time.monotonic()
        for number, request in enumerate(requests):
            time.sleep(max(0.0, start + number * every - time.monotonic()))
            left.append(time.monotonic_ns())
            self._post(request, 1)
        return left

    def _post(self, requests: bytes, count: int) -> None:
        self._http.sendall(requests)
        answered = b""
        while answered.count(b"HTTP/1.1 20") < count:
            if not (piece := self._http.recv(65536)):
                raise RuntimeError("nginx has hung up")
            answered += piece

    def stop(self) -> None:
        self._http.close()


def _request(number: int) -> bytes:
    event = f'{{"k":"ev","q":{number},"b":"'.encode()
    event += b"x" * (EVENT_BYTES - len(event) - 2) + b'"}'
    return b"POST /pub HTTP/1.1\r\nHost: bench\r\nContent-Length: %d\r\n\r\n%s" % (len(event), event)


@contextmanager
def nchan() -> Iterator[Nchan]:
    """Raises Absent where it is not installed and cannot be."""
    module = _installed()
    with tempfile.TemporaryDirectory(prefix="awg-nchan-") as folder:
        port = free_port()
        configuration = Path(folder) / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        configuration.write_text(_CONFIGURATION.format(folder=folder, port=port, module=module, user=user))
        process = subprocess.Popen(["nginx", "-p", folder, "-c", str(configuration), "-e", f"{folder}/log"])
        try:
            _wait_for(port, process)
            server = Nchan(port, only_child(process.pid))
            yield server
            server.stop()
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and process.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise Absent("nginx does not start here")


def _installed() -> Path:
    for _ in range(2):
        found = next((module for module in MODULES if module.exists()), None)
        if found and shutil.which("nginx"):
            return found
        _install()
    raise Absent("nginx with Nchan is not installed")


def _install() -> None:
    if os.geteuid() or not shutil.which("apt-get"):
        raise Absent(f"not installed, and only root can: apt-get install {' '.join(PACKAGES)}")
    # run level 1 keeps the package from starting a web server of its own on port 80
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES]
    done = subprocess.run(install, env=env, capture_output=True, text=True)
    if done.returncode:
        subprocess.run(["apt-get", "update", "-q"], env=env, capture_output=True)
        done = subprocess.run(install, env=env, capture_output=True, text=True)
    if done.returncode:
        raise Absent(f"apt-get install failed: {done.stderr.strip()[-200:]}")


_CONFIGURATION = """\
load_module {module};
{user}
daemon off;
worker_processes 1;
worker_rlimit_nofile 12000;
pid {folder}/pid;
error_log {folder}/log warn;
events {{ worker_connections 11000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000;
  keepalive_timeout 600;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /sub {{ nchan_subscriber websocket; nchan_channel_id town; nchan_subscriber_first_message newest; }}
    location = /pub {{
      nchan_publisher http;
      nchan_channel_id town;
      nchan_message_buffer_length 200;
      nchan_message_timeout 10s;
    }}
  }}
}}
"""
