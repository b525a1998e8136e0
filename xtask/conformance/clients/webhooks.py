"""Signs and verifies webhooks with svix and standardwebhooks, as webhooks.mjs does: JSON Lines in, JSON Lines out."""

import base64
import json
import sys
from datetime import datetime, timezone

import standardwebhooks.webhooks
from standardwebhooks.webhooks import Webhook as StandardWebhook
from svix.webhooks import Webhook as SvixWebhook


class Pinned(datetime):
    """A clock that shows what the question says."""

    seconds = 0

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(cls.seconds, tz)


standardwebhooks.webhooks.datetime = Pinned


def sign(question):
    timestamp = datetime.fromtimestamp(question["timestamp"], timezone.utc)
    signed = lambda library: library(question["secret"]).sign(question["id"], timestamp, question["body"])
    return {"svix.py": signed(SvixWebhook), "standardwebhooks.py": signed(StandardWebhook)}


def holds(library, question, headers):
    """Whatever verifying gives back: it raises where the delivery is refused."""
    try:
        library(question["secret"]).verify(base64.b64decode(question["body_base64"]), headers)
        return {"ok": True}
    except Exception as error:  # whatever escapes refuses the delivery
        return {"ok": False, "message": repr(error)}


def verify(question):
    Pinned.seconds = question["now"]
    svix = dict(question["headers"])
    standard = {name.lower().replace("svix-", "webhook-"): value for name, value in question["headers"]}
    return {
        "svix.py": holds(SvixWebhook, question, svix),
        "standardwebhooks.py": holds(StandardWebhook, question, standard),
    }


for line in sys.stdin:
    question = json.loads(line)
    answer = sign(question["sign"]) if "sign" in question else verify(question["verify"])
    print(json.dumps(answer))
