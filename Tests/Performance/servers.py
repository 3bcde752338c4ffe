"""What takes part in a measurement: the fake upstream, the gateway and its peers."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import payloads
from machine import LOAD_CORE, PROXY_CORE, Unavailable, on_core

#: Ways of the fake upstream to answer.
MODES = ("whole", "burst", "paced")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Process:
    """A server: started on its core, known by its port, ended by its own id."""

    def __init__(self, name: str, command: list[str], core: int | None, directory: Path,
                 environment: dict[str, str] | None = None) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = directory / f"{name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                on_core(core, command), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env=environment, cwd=directory, start_new_session=True)
        self.port = 0

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_for(self, pattern: str, timeout: float = 60) -> re.Match[str]:
        """What the server prints, once it does."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(pattern, self.log.read_text(errors="replace"))
            if found:
                return found
            time.sleep(0.01)
        raise Unavailable(f"{self.name} did not start: {self.log.read_text(errors='replace')[-600:]}")

    def wait_for_port(self, timeout: float = 60) -> None:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise Unavailable(f"{self.name} does not listen: {self.log.read_text(errors='replace')[-600:]}")

    def stop(self) -> None:
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def upstream(tools: Path, directory: Path, paced_seconds: int) -> Process:
    """The fake provider, on the core of the load."""
    payloads.write_answers(directory / "answers", paced_seconds)
    server = Process("upstream", [str(tools / "upstream"), str(directory / "answers")], LOAD_CORE, directory)
    server.port = int(server.wait_for(r"^\d+\n").group())
    return server


def nginx(directory: Path, upstream_port: int, workers: int = 1) -> Process:
    """`proxy_pass` as fast as it goes: keep-alive upstream, nothing buffered or logged, bodies kept in memory."""
    binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if binary is None:
        raise Unavailable("nginx is not installed: `apt-get install nginx-light`")
    port = free_port()
    here = directory / f"nginx-{workers}"
    here.mkdir(parents=True, exist_ok=True)
    (here / "nginx.conf").write_text(f"""
daemon off; worker_processes {workers}; pid {here}/nginx.pid; error_log {here}/error.log warn;
worker_rlimit_nofile 20000;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_buffer_size 256k; client_max_body_size 8m;
  client_body_temp_path {here}/body; proxy_temp_path {here}/proxy; fastcgi_temp_path {here}/f;
  uwsgi_temp_path {here}/u; scgi_temp_path {here}/s;
  upstream provider {{ server 127.0.0.1:{upstream_port}; keepalive 1024; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096 {'reuseport' if workers > 1 else ''};
    location / {{
      proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off; proxy_read_timeout 300s;
    }}
  }}
}}
""")
    server = Process("nginx", [binary, "-p", str(here), "-c", str(here / "nginx.conf")],
                     PROXY_CORE if workers == 1 else None, here)
    server.port = port
    server.wait_for_port()
    return server


class Gateway:
    """aor: a home with a provider and a route for each protocol and way to answer, and `aor serve` over it."""

    def __init__(self, binary: Path, directory: Path, upstream_port: int) -> None:
        self.binary = binary
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(directory),
                            "AOR_HOME": str(directory / "home")}
        for mode in MODES:
            for protocol in payloads.PROTOCOLS:
                name = f"{mode}-{protocol}"
                base = f"http://127.0.0.1:{upstream_port}/{mode}{payloads.BASE_PATHS[protocol]}"
                self.run("provider", "add", name, "--protocol", protocol, "--base-url", base, "--token-stdin",
                         stdin="sk-bench-0123456789\n")
                self.run("route", "set", f"bench-{name}", f"{name}/bench-model")

    def run(self, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run([str(self.binary), *arguments], env=self.environment, input=stdin, text=True,
                              capture_output=True, timeout=60, check=False)
        if done.returncode != 0:
            sys.exit(f"aor {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def serve(self, core: int | None = PROXY_CORE) -> Process:
        server = Process("aor", [str(self.binary), "serve", "--port", "0"], core,
                         self.directory / f"serve-{time.time_ns()}", self.environment)
        server.port = int(server.wait_for(r"http://[0-9.]+:(\d+)").group(1))
        return server


class LiteLLM:
    """LiteLLM's proxy of PyPI, in a venv that is kept between runs."""

    def __init__(self, cache: Path) -> None:
        self.python = cache / "litellm" / "bin" / "python"
        self.binary = cache / "litellm" / "bin" / "litellm"
        if not self.binary.exists():
            print("installing LiteLLM …", file=sys.stderr)
            cache.mkdir(parents=True, exist_ok=True)
            subprocess.run([sys.executable, "-m", "venv", str(cache / "litellm")], check=True)
            done = subprocess.run([str(self.python), "-m", "pip", "install", "-q", "litellm[proxy]"],
                                  capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise Unavailable(f"LiteLLM cannot be installed: {done.stderr.strip()[-300:]}")

    @property
    def version(self) -> str:
        done = subprocess.run(
            [str(self.python), "-c", "import importlib.metadata as m; print(m.version('litellm'))"],
            capture_output=True, text=True, check=False)
        return done.stdout.strip()

    def serve(self, directory: Path, upstream_port: int) -> Process:
        """One worker. Models as with the gateway; only the ones that are measured."""
        directory.mkdir(parents=True, exist_ok=True)
        base = f"http://127.0.0.1:{upstream_port}"
        models = [
            {"model_name": f"bench-{mode}-{protocol}",
             "litellm_params": {
                 "model": f"{'openai' if protocol == 'openai-chat' else 'anthropic'}/bench-model",
                 "api_key": "sk-bench", "api_base": f"{base}/{mode}{payloads.BASE_PATHS[protocol]}"}}
            for mode in ("whole", "burst") for protocol in ("openai-chat", "anthropic")]
        # JSON is YAML.
        (directory / "config.yaml").write_text(json.dumps({"model_list": models}))
        port = free_port()
        server = Process(
            "litellm", [str(self.binary), "--config", str(directory / "config.yaml"), "--host", "127.0.0.1", "--port",
                        str(port), "--num_workers", "1", "--telemetry", "False"], PROXY_CORE, directory,
            os.environ | {"LITELLM_LOG": "ERROR", "HOME": str(directory), "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                          "LITELLM_MASTER_KEY": payloads.CLIENT_KEY})
        server.port = port
        server.wait_for_port(90)
        return server
