"""Addresses: split once, and never printed with their credentials."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atalaia.environment.url import Url, parse_url

HTTP = frozenset({"http", "https"})
POSTGRES = frozenset({"postgres", "postgresql"})
REDIS = frozenset({"redis", "rediss"})
ANY = HTTP | POSTGRES | REDIS


@pytest.mark.parametrize(
    ("text", "host", "port", "path"),
    [
        ("http://localhost", "localhost", 80, ""),
        ("https://localhost/", "localhost", 443, ""),
        ("http://localhost:3001/base/", "localhost", 3001, "/base"),
        ("http://LOCALHOST:65535", "localhost", 65535, ""),
        ("http://auth_service.internal.:1", "auth_service.internal.", 1, ""),
        ("http://127.0.0.1:", "127.0.0.1", 80, ""),
        ("http://[::1]:8000/x", "::1", 8000, "/x"),
        ("https://[fe80::1]", "fe80::1", 443, ""),
        ("postgresql://u:p@db/shop", "db", 5432, "/shop"),
        ("rediss://:p@cache:7000/1", "cache", 7000, "/1"),
        ("http://münchen.example", "münchen.example", 80, ""),
    ],
)
def test_an_address_is_split(text, host, port, path):
    url = parse_url(text, ANY)
    assert (url.host, url.port, url.path) == (host, port, path)
    assert url.reveal() == text


@pytest.mark.parametrize(
    "text",
    [
        "", "localhost", "localhost:3001", "//localhost", "http:localhost", "https://", "http://:80", "http:///x",
        "ftp://localhost", "http://local host", "http://local\thost", "http://host\n", "http://host\x00",
        "http://a..b", "http://" + "a" * 64, "http://" + "a." * 200, "http://[::1", "http://[::z]",
        "http://host:3001x", "http://host:8_0", "http://host:+80", "http://host:٨٠", "http://h1,h2/x",
        "http://host/#fragment", "http://evil\\@host", "http://u:p/w@host", "http://u:1/w@host",
        "postgresql://u:p?w@host/db", "postgresql://u:1?w@host/db", "postgresql://u:p#w@host/db",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_being_repeated(text):
    with pytest.raises(ValueError, match=r"not an URL|port is not a number") as caught:
        parse_url(text, HTTP if text.startswith("http") else POSTGRES)
    assert len(text) < 9 or text not in str(caught.value)


@pytest.mark.parametrize("port", ["0", "65536", "99999", "8" * 5000])
def test_a_port_has_its_range(port):
    with pytest.raises(ValueError, match="a port out of range; between 1 and 65535"):
        parse_url(f"http://host:{port}", HTTP)


def test_characters_that_need_encoding_are_told_where_there_are_credentials():
    with pytest.raises(ValueError, match="%2F"):
        parse_url("postgresql://user:pass/word@host/db", POSTGRES)


@pytest.mark.parametrize(
    ("text", "shown", "masked", "secrets"),
    [
        (
            "postgresql://shop:p%40ss@db:5433/shop?sslmode=require&password=other",
            "postgresql://db:5433/shop",
            "postgresql://shop:[redacted]@db:5433/shop?sslmode=require&password=[redacted]",
            {"p@ss", "p%40ss", "other"},
        ),
        (
            "redis://:s3cret@cache/0",
            "redis://cache/0",
            "redis://:[redacted]@cache/0",
            {"s3cret"},
        ),
        (
            "https://t0ken@api.example/base?key=a%2Bb&k3y",
            "https://api.example/base",
            "https://[redacted]@api.example/base?key=[redacted]&[redacted]",
            {"t0ken", "a%2Bb", "a+b", "k3y"},
        ),
        ("postgresql://shop@db/shop", "postgresql://db/shop", "postgresql://shop@db/shop", set()),
        ("http://localhost:3001", "http://localhost:3001", "http://localhost:3001", set()),
    ],
)
def test_an_address_shows_no_secrets_and_knows_them(text, shown, masked, secrets):
    url = parse_url(text, ANY)
    assert str(url) == shown
    assert url.masked() == masked
    assert set(url.secrets) == secrets
    assert not any(secret in repr(url) for secret in secrets)


@given(st.text(min_size=1), st.text(min_size=4))
def test_whatever_the_password_it_is_not_shown(user, password):
    from urllib.parse import quote

    marked = f"s3cret{password}"
    url = parse_url(f"redis://{quote(user, safe='')}:{quote(marked, safe='')}@host", REDIS)
    assert url.password == marked
    assert marked in url.secrets
    for text in (str(url), repr(url), url.masked(), url.origin, url.join("/x")):
        assert "s3cret" not in text


@given(st.text())
def test_any_text_is_an_address_or_refused(text):
    for candidate in (text, f"http://{text}", f"http://host{text}", f"http://user:{text}@host"):
        try:
            url = parse_url(candidate, HTTP)
        except ValueError:
            continue
        assert isinstance(url, Url)
        assert url.host


def test_a_path_is_joined_below_the_address_s_own():
    assert parse_url("http://host:81/base/", HTTP).join("/x?y=1") == "http://host:81/base/x?y=1"
    assert parse_url("https://[::1]/", HTTP).join("/x") == "https://[::1]/x"
