"""Calls any method of clerk-backend-api: JSON Lines in, JSON Lines out, one answer a line, in order.

{"methods":true}  [{"name":"users.get","expects":"200 User {id, object, …}"}, …]: all that the package has
{"client":{…},"call":"users.get","with":{"user_id":"user_1"}}
  {"value":…,"is":"User"}, or {"refused":"code","status":404,"message":"…"}
"""

import base64
import inspect
import json
import re
import sys
import typing
import warnings

from clerk_backend_api import Clerk
from clerk_backend_api.basesdk import BaseSDK

# A deprecated method is called as well as any other.
warnings.simplefilter("ignore", DeprecationWarning)

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def models(annotation):
    """The classes that an answer is read as."""
    if hasattr(annotation, "model_fields"):
        return [annotation]
    return [model for part in typing.get_args(annotation) for model in models(part)]


def expects(method):
    """The statuses that a method takes for success, and the members that it cannot do without."""
    source = inspect.getsource(method)
    statuses = re.findall(r'match_response\(\s*http_res, "(2\d\d)"', source)
    shapes = []
    for model in models(typing.get_type_hints(method).get("return")):
        members = [field.alias or name for name, field in model.model_fields.items() if field.is_required()]
        shapes.append(f"{model.__name__} {{{', '.join(members)}}}")
    return " ".join(["/".join(statuses), " or ".join(shapes) or "nothing"])


def methods():
    clerk = Clerk(bearer_auth="sk_test_unused")
    found = []
    for group in sorted(Clerk._sub_sdk_map):
        for name, method in inspect.getmembers(type(getattr(clerk, group)), inspect.isfunction):
            own = name in BaseSDK.__dict__ or name.startswith("_") or name.endswith("_async")
            if not own:
                found.append({"name": f"{group}.{name}", "expects": expects(method)})
    return found


def given(value):
    if isinstance(value, list):
        return [given(item) for item in value]
    if isinstance(value, dict) and "$file" in value:
        return {"file_name": value["$file"], "content": PICTURE, "content_type": "image/png"}
    return {name: given(member) for name, member in value.items()} if isinstance(value, dict) else value


def plain(value):
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.model_dump(mode="json", by_alias=True) if hasattr(value, "model_dump") else value


def kind(value):
    if isinstance(value, list):
        return f"{kind(value[0]) if value else ''}[]"
    return "nothing" if value is None else type(value).__name__


def refusal(error):
    cause = error.__cause__
    if hasattr(cause, "errors"):  # what was answered is not what the client's model of it requires
        problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in cause.errors()]
        return {"refused": type(error).__name__, "message": "; ".join(problems)}
    answer = {"refused": type(error).__name__, "message": str(error)}
    try:
        first = json.loads(error.body)["errors"][0]
        parameter = (first.get("meta") or {}).get("param_name")
        message = [first.get("long_message") or first["message"], parameter]
        answer = {"refused": first["code"], "message": ": ".join(filter(None, message))}
    except (AttributeError, KeyError, TypeError, ValueError):
        pass
    return {**answer, "status": getattr(error, "status_code", None)}


clients = {}


def call(question):
    key = json.dumps(question["client"])
    if key not in clients:
        # Without retries, which would go on for an hour.
        clients[key] = Clerk(**question["client"], retry_config=None)
    group, method = question["call"].split(".")
    try:
        value = getattr(getattr(clients[key], group), method)(**given(question["with"]))
        return {"value": plain(value), "is": kind(value)}
    except Exception as error:  # whatever escapes from the client is its refusal
        return refusal(error)


for line in sys.stdin:
    question = json.loads(line)
    answer = methods() if "methods" in question else call(question)
    print(json.dumps(answer), flush=True)
