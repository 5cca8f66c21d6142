"""A loopback chat-completions server: answers like the real ones, and fails like them when told to."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import msgspec

Reply = Callable[[dict[str, Any]], tuple[int, dict[str, str], bytes]]
"""Request body → status, headers, body."""

_PLACEHOLDER = re.compile(r'<x id="\d+"/>')
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    authorization: str | None
    body: dict[str, Any]


def chinese(text: str) -> str:
    """A pseudo-translation: Chinese of the right length that keeps placeholders and numbers, and says nothing."""
    kept = _PLACEHOLDER.findall(text) + _NUMBER.findall(_PLACEHOLDER.sub(" ", text))
    syllables = "".join(chr(0x4E00 + (7 * place + len(text)) % 2000) for place in range(max(4, len(text) // 3)))
    return f"{syllables} {' '.join(kept)}".strip()


def completion(content: str | None, *, finish: str = "stop", model: str = "stand-in-1") -> Reply:
    """A whole answer with this content."""
    message = {"role": "assistant", "content": content}
    found = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_795_000_000,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20},
    }
    return lambda _body: (200, {}, json.dumps(found).encode())


def translate(body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """What a good model does."""
    texts = json.loads(body["messages"][-1]["content"])
    return completion(json.dumps({name: chinese(text) for name, text in texts.items()}, ensure_ascii=False))(body)


def edited(edit: Callable[[str], str]) -> Reply:
    """A good answer, spoilt in each of its texts."""

    def reply(body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        texts = json.loads(body["messages"][-1]["content"])
        return completion(json.dumps({name: edit(chinese(text)) for name, text in texts.items()}))(body)

    return reply


def error(status: int, message: str, *, code: str | None = None, headers: dict[str, str] | None = None) -> Reply:
    """An error as OpenAI words it."""
    found = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
    return lambda _body: (status, headers or {}, json.dumps(found).encode())


class OpenAIStandin:
    """`with OpenAIStandin() as server:` then `server.url` is a base URL; `server.script` are replies to give first."""

    def __init__(self, *script: Reply) -> None:
        self.script = list(script)
        self.asked: list[Asked] = []
        standin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                asked = Asked(path=self.path, authorization=self.headers["Authorization"], body=body)
                standin.asked.append(asked)
                reply = standin.script.pop(0) if standin.script else translate
                status, headers, content = reply(body)
                self.send_response(status)
                for name, value in ({"Content-Type": "application/json"} | headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
