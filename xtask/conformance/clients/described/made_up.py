"""Makes up requests: mostly sensible ones, about what is there, and some that nobody in their senses would send."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

BOUNDARY = "boundary"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(20)

WILD = [
    None, True, -1, 0, 10.0, 0.5, 2**53, 2**64, 1e300, "", " ", "\u0000\u202e\u00e9", "x" * 300,
    [], [None], {}, {"id": {"": []}},
]
NO_BODIES = ["{", "[]", "7", '""', "null", ""]
NOBODY = ["nobody", "user_x", "..", "a b", "%00", "\u00e9"]

# How ids begin of what these inputs name.
PREFIXES = {
    "user_id": "user", "user_ids": "user", "created_by": "user", "inviter_user_id": "user",
    "requesting_user_id": "user", "subject": "user",
    "organization_id": "org", "active_organization_id": "org", "role_id": "role", "permission_id": "perm",
    "permissions": "perm", "plan_id": "cplan", "price_id": "cprice", "from_price_id": "cprice", "to_price_id": "cprice",
    "machine_id": "mch", "to_machine_id": "mch", "session_id": "sess", "verification_id": "ver",
    "enterprise_connection_id": "entconn",
}
ROLES = ["org:admin", "org:member"]


@dataclass
class Request:
    method: str
    path: str
    query: list = field(default_factory=list)
    body: bytes | None = None
    media: str | None = None

    def target(self):
        return "/v1" + self.path + ("?" + urlencode(self.query) if self.query else "")


def with_body(method, path, body):
    """A request that somebody thought of."""
    if body is None:
        return Request(method, path)
    return Request(method, path, [], json.dumps(body).encode(), "application/json")


class Maker:
    def __init__(self, document, chance, memory):
        self.document = document
        self.chance = chance
        self.memory = memory
        # How many of the inputs that may be left out are given, and how many of all are nonsense.
        self.given, self.wild = 0, 0

    def happens(self, probability):
        return self.chance.random() < probability

    def request(self, operation):
        self.given, self.wild = self.chance.choice([(0.03, 0), (0.08, 0.01), (0.3, 0.03), (0.6, 0.05)])
        request = Request(operation.method, self.path(operation), self.query(operation))
        if operation.content:
            media = self.chance.choice(list(operation.content))
            request.body, request.media = self.body(media, operation.content[media].get("schema", {}))
        return request

    def path(self, operation):
        path = ""
        for segment in operation.path.split("/")[1:]:
            name = re.search(r"\{([^}]*)\}", segment)
            if name:
                value = quote(self.place(operation, name[1], path), safe="").replace("%25", "%")
                segment = segment.replace(name[0], value)
            path += "/" + segment
        return path

    def place(self, operation, name, collection):
        parameter = next(one for one in operation.parameters if one["in"] == "path" and one["name"] == name)
        allowed = self.document.resolved(parameter["schema"]).get("enum")
        there = self.memory.at(collection) or self.memory.named(name) or self.memory.named(PREFIXES.get(name))
        if allowed and self.happens(0.9):
            return self.chance.choice(allowed)
        if there and self.happens(0.92):
            return self.chance.choice(there)
        return self.chance.choice(NOBODY + self.memory.named("slug") + self.memory.named("name"))

    def query(self, operation):
        query = []
        for parameter in operation.parameters:
            if parameter["in"] == "query" and (parameter.get("required") or self.happens(0.25)):
                value = self.value(parameter["name"], parameter.get("schema", {}))
                values = value if isinstance(value, list) else [value]
                query += [(parameter["name"], text_of(one)) for one in values]
        if self.happens(0.02):
            query.append(("nobody_has_this", "1"))
        return query

    def body(self, media, schema):
        if media == "multipart/form-data":
            return picture_form(), f"{media}; boundary={BOUNDARY}"
        value = self.value("", schema)
        if media.endswith("json"):
            text = self.chance.choice(NO_BODIES) if self.happens(0.02) else json.dumps(value)
        else:
            text = urlencode({name: text_of(one) for name, one in value.items()} if isinstance(value, dict) else {})
        return text.encode(), media

    def value(self, name, schema, depth=0):
        schema = self.document.resolved(schema)
        if depth and self.happens(self.wild):
            return self.chance.choice(WILD)
        if schema.get("nullable") and self.happens(0.1):
            return None
        for word in ("oneOf", "anyOf"):
            # Beside properties, they only say which of these have to be there.
            if word in schema and "properties" not in schema:
                return self.value(name, self.chance.choice(schema[word]), depth)
        if "allOf" in schema:
            return self.all_of(name, schema["allOf"], depth)
        if "enum" in schema:
            return self.chance.choice(schema["enum"])
        kind = schema.get("type")
        if kind == "array":
            return self.array(name, schema["items"], depth)
        if kind == "object" or "properties" in schema or "additionalProperties" in schema:
            return self.object(schema, depth)
        if kind in ("integer", "number"):
            return self.number(schema)
        if kind == "boolean":
            # What is switched off answers to nothing else for the rest of the run.
            return name == "enabled" and self.happens(0.9) or self.happens(0.5)
        return self.text(name, schema)

    def all_of(self, name, schemas, depth):
        values = [self.value(name, one, depth) for one in schemas]
        if not all(isinstance(one, dict) for one in values):
            return values[0]
        return {member: one for value in values for member, one in value.items()}

    def array(self, name, items, depth):
        if name in ("roles", "role_keys"):
            return ROLES
        return [self.value(name, items, depth + 1) for _ in range(self.chance.choice([0, 1, 1, 2]))]

    def object(self, schema, depth):
        if depth > 4:
            return {}
        if not schema.get("properties"):
            return {"a": self.chance.choice([1, "b", None, {"c": [1]}])}
        required = schema.get("required", [])
        value = {}
        for name, one in schema["properties"].items():
            if self.happens(0.98 if name in required else self.given):
                value[name] = self.value(name, one, depth + 1)
        if self.happens(0.02):
            value["nobody_has_this"] = 1
        return value

    def number(self, schema):
        low, high = schema.get("minimum", 0), schema.get("maximum", 1000)
        between = self.chance.randint(int(low), int(high))
        value = self.chance.choice([low, high, between, low - 1, high + 1])
        return float(value) if self.happens(0.1) else value

    def text(self, name, schema):
        there = self.memory.named(PREFIXES.get(name))
        if there and self.happens(0.9):
            return self.chance.choice(there)
        there = self.memory.named(name)
        if there and self.happens(0.6):
            return self.chance.choice(there)
        return self.new_text(name, schema.get("format"))

    def new_text(self, name, form):
        number = self.chance.randrange(400)
        fitting = {
            "body": "{{otp_code}}", "code": "424242", "password": "correct horse battery", "provider_user_id": "1",
            "extend_to": "2099-01-01T00:00:00Z", "web3_wallet": f"0x{number:040x}", "slug": f"slug-{number}",
            "username": f"name{number}", "name": f"x{number}.example.com", "domain": f"x{number}.example.com",
            "domains": f"x{number}.example.com", "identifier": f"x{number}@example.com",
            "key": self.chance.choice([f"org:x{number}", f"org:x:x{number}", f"role_set:x{number}"]),
        }
        if name in fitting:
            return fitting[name]
        if "email" in name:
            return f"x{number}@example.com"
        if "phone" in name:
            return f"+1555555{number:04}"
        if "url" in name or "uri" in name or name == "origin" or form in ("uri", "url"):
            return f"https://x{number}.example.com/x"
        if form == "date-time":
            return "2024-01-02T03:04:05Z"
        if name == "role" or name.endswith("role_key"):
            return self.chance.choice(ROLES)
        return f"text{number}"


def text_of(value):
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def picture_form():
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
    return (head + "Content-Type: image/png\r\n\r\n").encode() + PICTURE + f"\r\n--{BOUNDARY}--\r\n".encode()
