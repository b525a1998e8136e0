"""Sends requests to the emulator, has each answer judged, and keeps what was found."""

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from judging import is_success, judge

SLOWEST = 5.0
SHOWN = 600


@dataclass
class Answer:
    status: int
    media: str
    body: bytes


class Asking:
    def __init__(self, document, memory, url, secret_key):
        self.document = document
        self.memory = memory
        self.address = urlsplit(url).netloc
        self.secret_key = secret_key
        self.connection = None
        self.count = 0
        self.slowest = 0.0
        self.answered = set()
        self.found = {}

    def ask(self, operation, request, key=None, with_version=True):
        """What the answer has, if it is a success and JSON."""
        self.count += 1
        start = time.monotonic()
        answer = self.send(operation, request, key or self.secret_key, with_version)
        if answer is None:
            return None
        seconds = time.monotonic() - start
        self.slowest = max(self.slowest, seconds)
        paginated = ("paginated", "true") in request.query
        differences, value = judge(self.document, operation, answer, paginated)
        if seconds > SLOWEST:
            differences.append("takes too long")
        shown = f"{shown_request(request)} -> {answer.status} {answer.body[:SHOWN]!r}"
        for what in differences:
            self.find(operation, what, shown)
        if not is_success(answer.status):
            return None
        self.answered.add(operation.id)
        self.memory.learn(request.path, value)
        if request.method == "DELETE":
            self.memory.forget(request.path.split("/")[-1])
        return value

    def send(self, operation, request, key, with_version):
        headers = {"authorization": f"Bearer {key}"}
        if with_version:
            headers["clerk-api-version"] = self.document.version
        if request.media:
            headers["content-type"] = request.media
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.address, timeout=30)
            self.connection.request(request.method, request.target(), request.body, headers)
            response = self.connection.getresponse()
            media = (response.getheader("content-type") or "").split(";")[0]
            return Answer(response.status, media, response.read())
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            self.find(operation, f"no answer: {type(error).__name__}", shown_request(request))
            return None

    def find(self, operation, what, example):
        found = self.found.setdefault((operation.id, what), {"count": 0, "example": example})
        found["count"] += 1

    def report(self):
        every = [operation.id for operation in self.document.operations]
        found = [{"operation": id, "what": what, **more} for (id, what), more in self.found.items()]
        return {
            "version": self.document.version,
            "requests": self.count,
            "operations": len(every),
            "never": [id for id in every if id not in self.answered],
            "found": found,
            "slowest": self.slowest,
        }


def shown_request(request):
    return f"{request.method} {request.target()} {(request.body or b'')[:SHOWN]!r}"
