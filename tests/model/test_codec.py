"""The codec loses nothing, and its outcome is JSON that every converter leaves alone."""

from __future__ import annotations

import dataclasses
import enum
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter

from strands_temporal._model import codec

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.binary(max_size=20)
    | st.text(st.characters(), max_size=20)  # surrogates among them
)
keys = st.text(max_size=8) | st.sampled_from(["$bytes", "$text", "$float", "$object"])
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4))


@given(values)
def test_decode_reads_what_encode_wrote(value: Any) -> None:
    assert codec.decode(codec.encode(value)) == value


@given(values)
def test_encoded_values_cross_every_converter(value: Any) -> None:
    encoded = codec.encode(value)
    for converter in (DataConverter.default, pydantic_data_converter):
        payload = converter.payload_converter.to_payload(encoded)
        assert converter.payload_converter.from_payload(payload) == encoded


@given(values)
def test_needs_escape_is_whether_json_would_lose_something(value: Any) -> None:
    if not codec.needs_escape(value):
        assert json.loads(json.dumps(value, ensure_ascii=False).encode()) == value
        assert codec.decode(codec.encode(value)) == value


def test_nan_tuples_enums_and_memoryviews() -> None:
    class Color(str, enum.Enum):
        RED = "red"

    assert math.isnan(codec.decode(codec.encode(math.nan)))
    assert codec.decode(codec.encode((1, (2,)))) == [1, [2]]
    assert codec.encode(Color.RED) == "red"
    assert codec.decode(codec.encode(memoryview(b"\xff"))) == b"\xff"


@pytest.mark.parametrize("value", [object(), {1: "a"}, {"\ud800": 1}, {1, 2}, [dataclasses.make_dataclass("D", [])()]])
def test_other_values_are_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"cannot be written|not text|not valid"):
        codec.encode(value)


def test_decoded_values_are_new() -> None:
    encoded = {"a": [{"b": 1}]}
    decoded = codec.decode(encoded)
    decoded["a"][0]["b"] = 2
    assert encoded == {"a": [{"b": 1}]}
