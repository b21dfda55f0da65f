"""Parts of the document that are the same for all addresses."""

from typing import Any

DESCRIPTION = """\
Everything staff can do in the browser can be done here, with the same rules, conditions and error sentences.

- **Sign-in**: `Authorization: Bearer <key>`. A key acts as its user, within its scopes.
- **Errors** are RFC 9457 problem documents: read `code`, show `detail`, which follows `Accept-Language` (en, zh-Hans).
- **Times** are RFC 3339 with offset, durations ISO 8601, sums `{"amount": "200.00", "currency": "CNY"}`.
- **Lists** go on at `next`.
- **Safe retries**: send an `Idempotency-Key` with every POST.
- **No lost updates**: send the `ETag` you saw as `If-Match`.
- What is not known (a field, a parameter) is refused with 400, never ignored. Bodies are UTF-8 JSON of at most 1 MiB;
  a file comes as multipart/form-data of at most 20 MiB.
"""

# Status: name of the component, when it is answered.
ERRORS: dict[int, tuple[str, str]] = {
    400: ("Invalid", "Malformed, or some of it is not right: `errors` names each field."),
    401: ("NotSignedIn", "No key, or one that is not valid any more."),
    403: ("NotAllowed", "The user's role, or the key's scopes, do not allow it."),
    404: ("NotFound", "Not there, or not visible to you."),
    406: ("NotAcceptable", "Answers are application/json."),
    409: ("Conflict", "The present state does not allow it; `blocked_by` names every unmet condition at once."),
    411: ("LengthRequired", "A body without a Content-Length."),
    412: ("Stale", "It was changed meanwhile; the present ETag is in the answer."),
    413: ("TooLarge", "The body is too large; it was not read."),
    415: ("UnsupportedMediaType", "The body is no JSON in UTF-8, or the file is of a type that is not taken."),
    422: ("KeyReused", "This Idempotency-Key came with another body or address before."),
    428: ("IfMatchRequired", "If-Match is missing."),
    429: ("TooManyRequests", "Too many requests in this minute; Retry-After says when to come again."),
    507: ("NoRoom", "There is no room for files; nothing was saved."),
    503: ("Unavailable", "The database does not answer for the moment; come again after Retry-After."),
}

HEADERS: dict[str, list[str]] = {
    "always": ["X-Request-ID", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
}
_HEADERS: dict[str, tuple[str, str]] = {
    "X-Request-ID": ("string", "The id the request brought, or one made for it; it is in our log."),
    "RateLimit-Limit": ("integer", "Requests a minute."),
    "RateLimit-Remaining": ("integer", "How many are left in this minute."),
    "RateLimit-Reset": ("integer", "Seconds until the next minute begins."),
    "Retry-After": ("integer", "Seconds to wait."),
    "ETag": ("string", "Version and digest of this answer, for If-Match and If-None-Match."),
    "Location": ("string", "Address of what was made."),
    "Link": ("string", "RFC 8288: rel next and prev."),
    "Idempotency-Replayed": ("string", "true when this is the first answer again."),
    "WWW-Authenticate": ("string", "How to sign in."),
}

PATH_WORDS = {
    "id": "Id of the record.",
    "number": "Public number, such as C-2026-000123.",
    "source": "Which other system the id is from.",
    "external_id": "The id in that system.",
    "key": "Key of the policy.",
}


FIELD_ERROR: dict[str, Any] = {
    "type": "object",
    "description": "One wrong field or parameter.",
    "required": ["field", "code", "message"],
    "properties": {
        "field": {"type": "string", "description": "Dotted path, such as lines.0.amount."},
        "code": {"type": "string", "description": "What programs read."},
        "message": {"type": "string", "description": "A sentence for people, in the language asked for."},
    },
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "The kind of error, the same for each occurrence."},
        "title": {"type": "string", "description": "What this kind is called."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What happened, in a sentence for people."},
        "code": {"type": "string", "description": "What programs read."},
        "request_id": {"type": "string", "description": "The id in our log."},
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/FieldError"},
            "description": "Each wrong field or parameter.",
        },
        "blocked_by": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Blocker"},
            "description": "Every unmet condition at once.",
        },
    },
    "examples": [
        {
            "type": "urn:complaints:problem:conflict",
            "title": "The present state does not allow it",
            "status": 409,
            "detail": "Record the first contact with the customer.",
            "code": "transition_blocked",
            "request_id": "6c3f2f0e-0d7a-4f3e-9c0c-4c8f1f6c2a11",
            "blocked_by": [{"code": "no_first_contact", "message": "Record the first contact with the customer."}],
        }
    ],
}


def _error(status: int, description: str) -> dict[str, Any]:
    names = list(HEADERS["always"])
    if status in (409, 429, 503):
        names.append("Retry-After")
    if status == 412:
        names.append("ETag")
    if status == 401:
        names.append("WWW-Authenticate")
    return {
        "description": description,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


MONEY: dict[str, Any] = {
    "type": "object",
    "description": "A sum with its currency.",
    "required": ["amount", "currency"],
    "additionalProperties": False,
    "properties": {
        "amount": {
            "type": "string",
            "pattern": r"^[0-9]{1,12}(\.[0-9]{1,2})?$",
            "description": "Decimals as text.",
        },
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217."},
    },
    "examples": [{"amount": "200.00", "currency": "CNY"}],
}

COMPONENTS: dict[str, Any] = {
    "schemas": {
        "FieldError": FIELD_ERROR,
        "Money": MONEY,
        "Problem": PROBLEM,
    },
    "headers": {
        name: {"description": words, "schema": {"type": kind}} for name, (kind, words) in sorted(_HEADERS.items())
    },
    "responses": {name: _error(status, words) for status, (name, words) in ERRORS.items()},
}
