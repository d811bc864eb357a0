"""Quantities with units as types of the environment file, one each."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

from atalaia.environment.units import (
    DURATION,
    PERCENTAGE,
    RATE,
    SIZE,
    format_duration,
    format_percentage,
    format_rate,
    format_size,
    parse_duration,
    parse_percentage,
    parse_rate,
    parse_size,
    positive,
)


def _pattern(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "examples": [example]})


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    _pattern(DURATION, "30s"),
]
PositiveDuration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    AfterValidator(positive),
    PlainSerializer(format_duration, return_type=str),
    _pattern(DURATION, "30s"),
]
Rate = Annotated[
    float,
    BeforeValidator(parse_rate),
    PlainSerializer(format_rate, return_type=str),
    _pattern(RATE, "1000/s"),
]
Size = Annotated[
    int,
    BeforeValidator(parse_size),
    PlainSerializer(format_size, return_type=str),
    _pattern(SIZE, "1MiB"),
]
Percentage = Annotated[
    float,
    BeforeValidator(parse_percentage),
    PlainSerializer(format_percentage, return_type=str),
    _pattern(PERCENTAGE, "99.9%"),
]
