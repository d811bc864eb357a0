"""Answers that came whole and are of the plainest kind, read without a parser. Pure.

geventhttpclient's parser calls back into Python for every header, which costs more than the sending and the
receiving together. It still reads each connection's first answer, and whatever is not plain.
"""

from __future__ import annotations


def plain(data: bytes) -> tuple[int, int] | None:
    """(status, where the body begins) of one whole HTTP/1.1 answer that has a length, and whose connection
    stays open; None for everything else, and for what has not come whole."""
    end = data.find(b"\r\n\r\n")
    if end < 0 or not data.startswith(b"HTTP/1.1 "):
        return None
    head = data[: end + 2].lower()
    at = head.find(b"\r\ncontent-length:")
    if at < 0 or b"\r\ntransfer-encoding" in head or head.count(b"\r\ncontent-length") > 1:
        return None
    length, code = head[at + 17 : head.find(b"\r\n", at + 2)].strip(), head[9:12]
    if not length.isdigit() or len(length) > 9 or len(data) != end + 4 + int(length):
        return None
    if not code.isdigit() or code < b"200" or code in {b"204", b"304"} or head[12:13] not in {b" ", b"\r"}:
        return None
    if head.count(b"\r\nconnection") != head.count(b"\r\nconnection: keep-alive\r\n"):
        return None
    if b"\r\n " in head or b"\r\n\t" in head or head.count(b"\n") != head.count(b"\r\n"):
        return None  # a header of several lines, or lines that end otherwise
    return int(code), end + 4
