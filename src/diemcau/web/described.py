"""The API with the answers that every operation shares written into its description."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

SHARED: tuple[tuple[int, str], ...] = (
    (400, "The body is not JSON"),
    (401, "Not signed in"),
    (403, "Not permitted, something is owed first (a second factor), or the proof is missing"),
    (422, "The data is not valid"),
)
"""Answers that come before an operation is reached, with their words."""


class DescribedAPI(NinjaAPI):
    """Says in its description what may be answered before an operation is reached."""

    def get_openapi_schema(self, *arguments: Any, **named: Any) -> OpenAPISchema:
        """Return the description with the shared answers added to each operation."""
        schema = super().get_openapi_schema(*arguments, **named)
        for methods in schema["paths"].values():
            for operation in methods.values():
                for status, words in SHARED:
                    if _comes(status, operation):
                        operation["responses"].setdefault(status, _problem(words))
        return schema


def _comes(status: int, operation: dict[str, Any]) -> bool:
    if status == 400:
        return "requestBody" in operation
    if status in (401, 403):
        return "security" in operation
    return "requestBody" in operation or bool(operation.get("parameters"))


def _problem(words: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": words, "content": content}
