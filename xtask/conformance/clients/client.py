"""Answers questions with clerk-backend-api: JSON Lines in, JSON Lines out, one answer a line, in order.

{"verify":[{"token":"eyJ…","options":{…}}, …]}  one after the other, with verify_token
{"client":{…},"call":"users.get","arguments":{"user_id":"user_1"}}
"""

import json
import sys

from clerk_backend_api import Clerk
from clerk_backend_api.security import verify_token
from clerk_backend_api.security.types import TokenVerificationError, VerifyTokenOptions


def verify(question):
    try:
        claims = verify_token(question["token"], VerifyTokenOptions(**question["options"]))
        return {"claims": claims}
    except TokenVerificationError as error:
        return {"refused": error.reason.value[0], "named": True}
    except Exception as error:  # whatever else escapes from the SDK refuses the token as well
        return {"refused": repr(error), "named": False}


def plain(value):
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def call(question):
    group, method = question["call"].split(".")
    try:
        with Clerk(**question["client"]) as clerk:
            value = getattr(getattr(clerk, group), method)(**question["arguments"])
        return {"value": plain(value)}
    except Exception as error:
        return {"refused": repr(error)}


for line in sys.stdin:
    question = json.loads(line)
    if "verify" in question:
        answer = [verify(one) for one in question["verify"]]
    else:
        answer = call(question)
    print(json.dumps(answer), flush=True)
