"""Judges an answer by what the document says of its operation. What differs is told so that equal things read equal."""

import json

from jsonschema.exceptions import best_match

from document import ERRORS

LONGEST = 120


def is_success(status):
    return 200 <= status < 300


def judge(document, operation, answer, paginated):
    """What differs, and what the answer has if it is JSON."""
    differences = []
    content, said = described(document, operation, answer)
    if said:
        differences.append(said)
    if answer.status >= 500:
        differences.append(f"status {answer.status}")
    if not content:
        if answer.body and is_success(answer.status):
            differences.append(f"{answer.status} has a body, and none is described")
        return differences, read(answer.body)
    if answer.media not in content:
        differences.append(f"{answer.status} has the content type {answer.media!r}, not one of {list(content)}")
        return differences, None
    if answer.media != "application/json":
        return differences, None
    value = read(answer.body)
    if value is None:
        return [*differences, f"{answer.status} is not JSON"], None
    schema = content[answer.media].get("schema", {})
    page = value
    if paginated and is_success(answer.status) and document.resolved(schema).get("type") == "array":
        # A parameter, and not the document's answer, says that there is an object around the list.
        page = value.get("data") if isinstance(value, dict) else value
    errors = document.validator(schema).iter_errors(page)
    return differences + [f"{answer.status} {one}" for error in errors for one in told(error)], value


def described(document, operation, answer):
    """The contents that an answer may have by its status, and that nothing is said of that status."""
    status = str(answer.status)
    found = operation.responses.get(status) or operation.responses.get("default")
    said = None if found else f"status {status} is not described"
    if found is None and is_success(answer.status):
        # It succeeded under another status, and its body is to be the one that is described.
        found = next((one for code, one in operation.responses.items() if code.startswith("2")), None)
    content = document.resolved(found or {}).get("content")
    if not content and answer.status >= 400:
        # All refusals are alike, also those that the document leaves out.
        content = {"application/json": {"schema": ERRORS}}
    return content, said


def read(body):
    try:
        return json.loads(body)
    except ValueError:
        return None


def told(error):
    """Yields a line for a schema's complaint."""
    if error.validator in ("anyOf", "oneOf") and error.context:
        deeper = best_match([error])
        if deeper is not error:
            yield from told(deeper)
            return
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        for name in sorted(set(error.instance) - set(error.schema.get("properties", {}))):
            # Wherever such an object is.
            yield f"has `{name}`, which is not described"
        return
    where = "/".join("*" if isinstance(part, int) else str(part) for part in error.absolute_path)
    message = error.message if error.validator == "required" else f"{error.validator} {error.validator_value}"
    yield f"{where or 'the whole'}: {message}"[:LONGEST] + f", not {kind(error.instance)}"


def kind(value):
    """A value without what is different each time."""
    if isinstance(value, (dict, list, str)):
        return type(value).__name__
    return json.dumps(value) if value is None or isinstance(value, bool) else "number"
