"""Signs and verifies webhooks with svix, as webhooks.mjs does: JSON Lines in, JSON Lines out."""

import base64
import json
import sys
from datetime import datetime, timezone

import standardwebhooks.webhooks
from svix.webhooks import Webhook


class Pinned(datetime):
    """A clock that shows what the question says."""

    seconds = 0

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(cls.seconds, tz)


standardwebhooks.webhooks.datetime = Pinned


def sign(question):
    timestamp = datetime.fromtimestamp(question["timestamp"], timezone.utc)
    return {"svix.py": Webhook(question["secret"]).sign(question["id"], timestamp, question["body"])}


def verify(question):
    Pinned.seconds = question["now"]
    body = base64.b64decode(question["body_base64"])
    try:
        Webhook(question["secret"]).verify(body, dict(question["headers"]))
        return {"svix.py": {"ok": True}}
    except Exception as error:  # whatever escapes refuses the delivery
        return {"svix.py": {"ok": False, "message": repr(error)}}


for line in sys.stdin:
    question = json.loads(line)
    answer = sign(question["sign"]) if "sign" in question else verify(question["verify"])
    print(json.dumps(answer))
