"""The payload converter of the plugin: Temporal's for pydantic, and it takes an AgentResult and bytes too.

JSON has no bytes. Pydantic writes them as text, and cannot write those that are no UTF-8, as an image in a message.
Then our codec writes the value, and the payload's metadata say so: nothing in the data is ever taken for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema
from strands.agent.agent_result import AgentResult
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter, PydanticPayloadConverter
from temporalio.converter import EncodingPayloadConverter, SerializationContext
from typing_extensions import Self

from .._model import codec
from .._model.writable import writable
from . import agent_result

FORM = "strands-temporal-form"
"""Name of the metadata that say by what a payload's JSON was written, if not by pydantic."""

CODEC = b"codec"


class StrandsPayloadConverter(PydanticPayloadConverter):
    """`PydanticPayloadConverter` that takes bytes, and `AgentResult`, alone or in a list, tuple, dict or Optional."""

    def __init__(self) -> None:
        """Create the converter; its parts are made when they are used.

        Temporal's worker makes a converter for each payload that it encodes or decodes, most often for the codec alone.
        """

    @cached_property
    def converters(self) -> Mapping[bytes, EncodingPayloadConverter]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The converters of values, by the encoding of their payloads."""
        return {
            encoding: _Json() if isinstance(each, PydanticJSONPlainPayloadConverter) else each
            for encoding, each in PydanticPayloadConverter().converters.items()
        }

    def with_context(self, context: SerializationContext) -> Self:
        """The converter itself, unless a subclass has set converters of its own."""
        return super().with_context(context) if "converters" in vars(self) else self


class _Json(PydanticJSONPlainPayloadConverter):
    def to_payload(self, value: Any) -> Payload | None:
        value = _written(value)
        try:
            return super().to_payload(value)
        except ValueError as error:  # pydantic's errors are such
            if "utf-8" not in str(error) and "surrogates" not in str(error):
                raise
            # A TypeError from here names what is in the way beside the bytes.
            payload = super().to_payload(codec.encode(writable(value)))
        assert payload is not None
        payload.metadata[FORM] = CODEC
        return payload

    def from_payload(self, payload: Payload, type_hint: Any = None) -> Any:
        hint = _readable(type_hint)
        if payload.metadata.get(FORM) != CODEC:
            return super().from_payload(payload, hint)
        value = codec.decode(super().from_payload(payload))
        return value if hint is None else TypeAdapter(hint).validate_python(value)


def _results_in(value: Any) -> list[AgentResult]:
    """The results that a value is or has: an AgentResult, or a list, tuple or dict of values with some among them."""
    if isinstance(value, AgentResult):
        return [value]
    kind: Any = type(value)  # pyright: ignore[reportUnknownVariableType]
    items: Any = value.values() if kind is dict else value if kind is list or kind is tuple else ()
    return [each for each in items if isinstance(each, AgentResult)]


def _written(value: Any) -> Any:
    if isinstance(value, AgentResult):
        return agent_result.encode(value)
    if not _results_in(value):
        return value
    if isinstance(value, dict):
        return {name: _written(each) for name, each in cast("dict[Any, Any]", value).items()}
    return [_written(each) for each in value]


class _AsWritten:
    """Has pydantic read an AgentResult by this package instead of by its fields."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(agent_result.decode)


def _readable(hint: Any) -> Any:
    """The type hint with `_AsWritten` at every AgentResult in it."""
    if hint is AgentResult:
        return Annotated[AgentResult, _AsWritten]
    arguments = get_args(hint)
    readable = tuple(_readable(each) for each in arguments)
    if all(new is old for new, old in zip(readable, arguments, strict=True)):
        return hint
    origin: Any = get_origin(hint)
    return Union[readable] if origin in (Union, UnionType) else origin[readable]  # noqa: UP007, made of a tuple
