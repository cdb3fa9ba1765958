"""The documents that describe a deployment to programs: Swagger 2 and OpenAPI 3, as the reference server words them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

NO_SCHEMA = {"type": "object", "example": {}}
ALL_VERSIONS = ["2.0", "3.0", "3.1"]
ALIASES = {"2": "2", "2.0": "2", "3": "3", "3.0": "3", "3.1": "3.1"}
FILES = {"2": ("swagger.json", "swagger2.json"), "3": ("swagger3.json",), "3.1": ("swagger3.1.json",)}
ERROR = {"type": "object", "properties": {"message": {"type": "string"}}}
FAILED = "The service failed to execute due to an error."
BEARER = {"type": "apiKey", "name": "Authorization", "in": "header", "description": "For example: Bearer abc123"}
PATHS = (
    (
        "/",
        "get",
        "ServiceHealthCheck",
        "Simple health check endpoint to ensure the service is up at any given point.",
        "If service is up and running, this response will be returned with the content 'Healthy'",
    ),
    (
        "/score",
        "post",
        "RunMLService",
        "Run web service's model and get the prediction output",
        "The service processed the input correctly and provided a result prediction, if applicable.",
    ),
    ("/swagger.json", "get", "GetSwaggerSpec", "Get the Swagger specification.", "The Swagger specification."),
)
INPUT = "The input payload for executing the real-time machine learning service."


def documents(schema: dict[str, Any], versions: list[str], root: Path) -> dict[str, dict[str, Any]]:
    """Return the documents by version ("2", "3", "3.1"); those in the user's own files win.

    Args: schema: ``input`` and ``output``, as JSON schemas with examples. versions: which can express it.
    """
    found = {}
    for version, names in FILES.items():
        own = next((content for name in names if (content := _own(root / name))), None)
        if own is not None:
            found[version] = own
        elif version in versions or f"{version}.0" in versions:
            found[version] = _swagger2(schema) if version == "2" else _openapi3(schema, version)
    return found


def of_script(run: Callable[..., Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the schema that a script's decorators tell, and the versions that can express it."""
    util: Any = sys.modules.get("inference_schema.schema_util")
    if util is None or not util.is_schema_decorated(run):
        return {"input": NO_SCHEMA, "output": NO_SCHEMA}, ALL_VERSIONS
    schema = {"input": util.get_input_schema(run), "output": util.get_output_schema(run)}
    return schema, list(util.get_supported_versions(run))


def _own(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _info() -> dict[str, str]:
    name = os.environ.get("SERVICE_NAME") or "ML service"
    return {
        "title": name,
        "description": f"API specification for the Azure Machine Learning service {name}",
        "version": os.environ.get("SERVICE_VERSION") or "1.0",
    }


def _prefix() -> str:
    prefix = (os.environ.get("SERVICE_PATH_PREFIX") or "").strip("/")
    return f"/{prefix}" if prefix else ""


def _swagger2(schema: dict[str, Any]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for path, method, operation, description, success in PATHS:
        result = {"$ref": "#/definitions/ServiceOutput"} if path == "/score" else {"type": "string"}
        answer: dict[str, Any] = {"description": success, "schema": result}
        if path == "/":
            answer["examples"] = {"application/json": "Healthy"}
        error = {"description": FAILED, "schema": {"$ref": "#/definitions/ErrorResponse"}}
        does: dict[str, Any] = {"operationId": operation, "description": description}
        if path == "/score":
            body = {"name": "serviceInputPayload", "in": "body", "description": INPUT}
            does["security"] = [{"Bearer": []}]
            does["parameters"] = [{**body, "schema": {"$ref": "#/definitions/ServiceInput"}}]
        if path == "/swagger.json":
            version = {"name": "version", "in": "query", "required": False, "type": "integer", "enum": [2, 3]}
            does["parameters"] = [version]
        paths[_prefix() + path] = {method: {**does, "responses": {"200": answer, "default": error}}}
    definitions = {"ServiceInput": schema["input"], "ServiceOutput": schema["output"], "ErrorResponse": ERROR}
    return {
        "swagger": "2.0",
        "info": _info(),
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {"Bearer": BEARER},
        "paths": paths,
        "definitions": definitions,
    }


def _openapi3(schema: dict[str, Any], version: str) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for path, method, operation, description, success in PATHS:
        is_score = path == "/score"
        result: dict[str, Any] = {"$ref": "#/components/schemas/ServiceOutput"} if is_score else {"type": "string"}
        if path == "/":
            result["example"] = "Healthy"
        kind = "application/json" if is_score else "text/plain"
        answer = {"description": success, "content": {kind: {"schema": result}}}
        failed = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}}
        does: dict[str, Any] = {"operationId": operation, "description": description}
        if is_score:
            body = {"application/json": {"schema": {"$ref": "#/components/schemas/ServiceInput"}}}
            does["security"] = [{"Bearer": []}]
            does["requestBody"] = {"description": INPUT, "content": body}
        if path == "/swagger.json":
            choice = {"type": "integer", "enum": [2, 3]}
            does["parameters"] = [{"name": "version", "in": "query", "required": False, "schema": choice}]
        error = {"description": FAILED, "content": failed}
        paths[_prefix() + path] = {method: {**does, "responses": {"200": answer, "default": error}}}
    schemas = {"ServiceInput": schema["input"], "ServiceOutput": schema["output"], "ErrorResponse": ERROR}
    return {
        "openapi": "3.0.3" if version == "3" else "3.1.0",
        "info": _info(),
        "security": [{"Bearer": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"Bearer": BEARER}},
    }
