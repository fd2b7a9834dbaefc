"""The log: its size has a limit, and the server does not wait for its reader."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
from processes import COMMAND
from serving import Server, eventually

from crampkg.server.access_log import JsonFormatter, LogHandler


def message(text: str, created: float) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": text, "levelname": "ERROR", "created": created})


def request(number: int) -> logging.LogRecord:
    """Return the record of one of fifty requests a second."""
    fields = {"request": {"path": f"/{number}"}, "levelname": "INFO", "created": number / 50}
    return logging.makeLogRecord(fields)


def written(records: list[logging.LogRecord]) -> list[dict[str, str]]:
    """Return the lines that records become."""
    with tempfile.TemporaryFile() as file:
        handler = LogHandler(file.fileno())
        handler.setFormatter(JsonFormatter())
        for record in records:
            handler.emit(record)
        handler.close()
        file.seek(0)
        return [json.loads(line) for line in file]


def test_a_fault_that_repeats_is_logged_fifty_times_in_ten_seconds() -> None:
    """Each of 226,000 lines said in 4 s that there were too many open files."""
    flood = [message("Too many open files", 1000 + number / 100) for number in range(999)]
    lines = written([*flood, message("later", 1010)])
    assert [line["message"] for line in lines[:50]] == ["Too many open files"] * 50
    assert [line["message"] for line in lines[50:]] == [
        "949 lines of the log were left out before this one.",
        "later",
    ]


def test_all_requests_are_logged() -> None:
    assert [line["path"] for line in written([request(n) for n in range(2_000)])] == [
        f"/{n}" for n in range(2_000)
    ]


def test_a_thousand_requests_are_logged_in_ten_seconds() -> None:
    """30,000 answers of /health in 20 s were as many lines."""
    requests = [{"path": f"/{number}", "created": number / 1_500} for number in range(16_000)]
    flood = [
        logging.makeLogRecord({"request": {"path": each["path"]}, "created": each["created"]})
        for each in requests
    ]
    lines = written([*flood[:500], message("a fault", 0.4), *flood[500:]])
    assert [line.get("path") for line in lines[:1_001] if "path" in line] == [
        f"/{number}" for number in range(1_000)
    ]
    assert lines[500]["message"] == "a fault"  # which has a bound of its own
    assert lines[1_001]["message"] == "14,000 lines of the log were left out before this one."
    assert [line["path"] for line in lines[1_002:]] == [
        f"/{number}" for number in range(15_000, 16_000)
    ]


def test_a_log_that_is_not_read_delays_nothing() -> None:
    read, write = os.pipe()
    handler = LogHandler(write)
    handler.setFormatter(JsonFormatter())
    for number in range(20_000):  # 64 KiB fit into the pipe
        handler.emit(request(number))
    lines: list[bytes] = []

    def read_all() -> None:
        with os.fdopen(read, "rb") as file:
            lines.extend(file)

    reader = threading.Thread(target=read_all)
    reader.start()
    assert eventually(lambda: len(lines) >= 10_000)
    handler.emit(request(20_000))
    handler.close()
    os.close(write)
    reader.join()
    entries = [json.loads(line) for line in lines]
    assert [line["path"] for line in entries[:10_000]] == [f"/{n}" for n in range(10_000)]
    assert re.fullmatch(r"[\d,]+ lines of the log were left out .*", entries[-2]["message"])
    assert entries[-1]["path"] == "/20000"
    assert len(entries) < 12_000


def test_a_log_whose_reader_has_gone_is_no_mistake() -> None:
    read, write = os.pipe()
    os.close(read)
    handler = LogHandler(write)
    handler.setFormatter(JsonFormatter())
    handler.emit(request(1))
    handler.close()
    os.close(write)


def test_a_server_whose_log_nobody_reads_serves_and_stops(cache: Path) -> None:
    words = [*COMMAND, "serve", "--port", "0", "--log", "json"]
    with subprocess.Popen(words, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        url = re.search(rb"http://\S+:\d+", process.stderr.readline())
        assert url is not None
        with httpx.Client(base_url=url[0].decode(), timeout=120, trust_env=False) as client:
            path = f"/{'x' * 5_000}"  # 200 lines of which would fill the pipe
            for _ in range(400):
                assert client.get(path).status_code == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0


def test_slow_readers_of_source_files_take_one_descriptor_each(
    start: Callable[..., Server],
) -> None:
    server = start()
    before = server.descriptors()
    for path in ("/sources/data/mappings/terms.sssom.tsv", "/static/crampkg.css", "/sources.zip"):
        clients = []
        for _ in range(20):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect((server.host, server.port))
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 400)
            assert client.recv(100)
            clients.append(client)
        assert before + 15 <= server.descriptors() <= before + 20 + 3
        for client in clients:
            client.close()
        assert eventually(lambda: server.descriptors() <= before + 3)
