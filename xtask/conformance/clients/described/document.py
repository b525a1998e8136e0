"""Clerk's description of the Backend API: its operations, and validators of what they answer."""

import yaml
from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

METHODS = ("get", "post", "put", "patch", "delete")
SCHEMAS = "urn:description"
ERRORS = {"$ref": "#/components/schemas/ClerkErrors"}


class Loader(yaml.SafeLoader):
    """Leaves dates alone: as examples and versions they are texts."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class Operation:
    def __init__(self, document, path, method, shared, described):
        self.id = described["operationId"]
        self.method = method.upper()
        self.path = path
        self.parameters = [document.resolved(one) for one in shared + described.get("parameters", [])]
        self.content = document.resolved(described.get("requestBody", {})).get("content", {})
        self.responses = described["responses"]


class Document:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.root = yaml.load(file, Loader=Loader)
        self.version = self.root["info"]["version"]
        schemas = {name: json_schema(one) for name, one in self.root["components"]["schemas"].items()}
        resource = DRAFT4.create_resource({"components": {"schemas": schemas}})
        self.registry = Registry().with_resource(SCHEMAS, resource)
        self.validators = {}
        self.operations = list(self.read_operations())

    def read_operations(self):
        for path, item in self.root["paths"].items():
            for method in METHODS:
                if method in item:
                    yield Operation(self, path, method, item.get("parameters", []), item[method])

    def resolved(self, node):
        while "$ref" in node:
            found = self.root
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            node = found
        return node

    def validator(self, schema):
        # The document holds each schema for as long as it lives itself, so its identity is a key.
        if id(schema) not in self.validators:
            self.validators[id(schema)] = Draft4Validator(json_schema(schema), registry=self.registry)
        return self.validators[id(schema)]


def json_schema(schema):
    """What OpenAPI 3.0 says, as JSON Schema says it: a type that may be null, and references from anywhere."""
    said = {}
    for word, value in schema.items():
        if word == "$ref":
            said[word] = SCHEMAS + value
        elif word == "properties":
            said[word] = {name: json_schema(one) for name, one in value.items()}
        elif word in ("allOf", "anyOf", "oneOf"):
            said[word] = [json_schema(one) for one in value]
        elif word in ("items", "not", "additionalProperties") and isinstance(value, dict):
            said[word] = json_schema(value)
        elif word not in ("nullable", "discriminator", "default", "example", "examples"):
            said[word] = value
    return or_null(said) if schema.get("nullable") else said


def or_null(said):
    if None not in said.get("enum", [None]):
        said["enum"] = [*said["enum"], None]
    if any(word in said for word in ("$ref", "allOf", "anyOf", "oneOf")):
        return {"anyOf": [said, {"type": "null"}]}
    if "type" in said:
        said["type"] = [said["type"], "null"]
    return said
