"""Setting and clearing faults of running stand-ins: one JSON line each way over a unix socket."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from atalaia.errors import NotMeasured, UsageError

_LINE_LIMIT = 8 * 1024 * 1024


class Message(BaseModel):
    """Base of what is said over the control socket."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SetFault(Message):
    """Break a target: a service's name, a Kong node's, `grafana` or `receivers`."""

    kind: Literal["set-fault"] = "set-fault"
    target: str
    fault: str
    options: dict[str, JsonValue] = {}
    """What the fault takes (docs/sandbox-standins.md): `seconds` for `slow`."""


class ClearFault(Message):
    """Mend a target; harmless where nothing is broken."""

    kind: Literal["clear-fault"] = "clear-fault"
    target: str


class Reload(Message):
    """Give a Kong node another declarative configuration (YAML); empty for none."""

    kind: Literal["reload"] = "reload"
    target: str
    declarative: str = ""


class SetClock(Message):
    """Let the clock of a Kong node stand at a time: its limiter's windows, its tokens' expiry."""

    kind: Literal["set-clock"] = "set-clock"
    target: str
    at: float | None = None
    """Seconds since 1970; None: the real time again."""


class Status(Message):
    """Ask what is served and what is broken."""

    kind: Literal["status"] = "status"


class Reply(Message):
    """The answer: whether it was done, why not, and the targets with their fault (None: healthy)."""

    done: bool
    why_not: str = ""
    targets: dict[str, str | None] = {}


AnyCommand = SetFault | ClearFault | Reload | SetClock | Status
_COMMAND: TypeAdapter[AnyCommand] = TypeAdapter(Annotated[AnyCommand, Field(discriminator="kind")])


def parse_command(line: bytes) -> AnyCommand:
    """One line of the control socket. Raises UsageError."""
    try:
        return _COMMAND.validate_json(line)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise UsageError(fault["msg"], where=f"control message: {where}") from None


async def send(control: Path, message: Message, *, deadline: float = 10.0) -> Reply:
    """Send one message. Raises NotMeasured where nobody listens or answers within `deadline` seconds,
    UsageError where the stand-in does not know the target or the fault."""
    try:
        async with asyncio.timeout(deadline):
            reader, writer = await asyncio.open_unix_connection(str(control), limit=_LINE_LIMIT)
            try:
                writer.write(message.model_dump_json().encode() + b"\n")
                await writer.drain()
                line = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError) as error:
        raise NotMeasured(
            "the stand-ins do not answer on their control socket",
            where=str(control),
            observed=type(error).__name__,
        ) from None
    if not line:
        raise NotMeasured("the stand-ins closed their control socket", where=str(control))
    reply = Reply.model_validate_json(line)
    if not reply.done:
        raise UsageError(reply.why_not, where=str(control))
    return reply


def send_now(control: Path, message: Message, *, deadline: float = 10.0) -> Reply:
    """`send` for callers that run no event loop."""
    return asyncio.run(send(control, message, deadline=deadline))
