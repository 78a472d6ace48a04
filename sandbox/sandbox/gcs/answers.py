"""What the API answers when something is wrong, in GCS's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from sandbox.gcs.checksums import ChecksumError
from sandbox.gcs.listing import PageTokenError
from sandbox.gcs.names import ObjectNameError
from sandbox.gcs.parts import GapError, PartError
from sandbox.gcs.store import (
    BucketExistsError,
    BucketNotEmptyError,
    BucketNotFoundError,
    NotModifiedError,
    ObjectNotFoundError,
    PreconditionError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

_ANSWERS: Mapping[type[Exception], tuple[int, str, str]] = {
    BucketNotFoundError: (404, "notFound", "The specified bucket does not exist."),
    ObjectNotFoundError: (404, "notFound", "No such object: {0}"),
    BucketExistsError: (
        409,
        "conflict",
        "Your previous request to create the named bucket succeeded and you already own it.",
    ),
    BucketNotEmptyError: (409, "conflict", "The bucket you tried to delete is not empty."),
    ChecksumError: (400, "invalid", "{0}"),
    GapError: (503, "backendError", "{0}"),
    ObjectNameError: (400, "invalid", "{0}"),
    PageTokenError: (400, "invalid", "Invalid Value"),
    PartError: (400, "badRequest", "{0}"),
    PreconditionError: (
        412,
        "conditionNotMet",
        "At least one of the pre-conditions you specified did not hold.",
    ),
}


def error(status: int, reason: str, message: str) -> JSONResponse:
    """Return an error."""
    errors = [{"message": message, "domain": "global", "reason": reason}]
    return JSONResponse({"error": {"code": status, "message": message, "errors": errors}}, status_code=status)


async def of_a_store(_: Request, problem: Exception) -> Response:
    """Answer a problem that the store has."""
    status, reason, message = _ANSWERS[type(problem)]
    return error(status, reason, message.format(problem))


async def not_modified(_: Request, __: Exception) -> Response:
    """Answer a read whose `ifGenerationNotMatch` does not hold."""
    return Response(status_code=304)


HANDLERS = {**dict.fromkeys(_ANSWERS, of_a_store), NotModifiedError: not_modified}
