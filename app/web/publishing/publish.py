"""`/publish`: a script sends the records of its watched modules; the page follows them as it follows a shared run.

It is off unless the operator chose a token, which a script brings as `Authorization: Bearer TOKEN`. Nothing that a
script says is carried out: what it sends is checked, kept in memory while it is connected, and handed on.
"""

import asyncio
import contextlib
import hmac
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from ...errors import UnexpectedBinary, UnknownType, UnrollError, shown
from ...link_keys import KEY, token_of
from ...validation import explained
from .. import protocol
from ..allowance import Allowance
from ..closing import CloseCode
from ..websocket import FRAME_LIMIT, SEND_PATIENCE
from .captures import LONGEST_NAME, capture_in
from .published import MOST_MODULES, PublishedRun, PublishedRuns

ENDED = "The script ended, or stopped watching."
MOST_UNSENT = 100  # messages for a script that takes none


class Publish(BaseModel):
    """The first message of a script: the key its address is derived from, and what it watches."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    type: Literal["publish"]
    key: str = Field(pattern=KEY, description="a key as `unroll.watch` makes them")
    modules: list[Annotated[str, Field(max_length=LONGEST_NAME)]] = Field(min_length=1, max_length=MOST_MODULES)
    every: int = Field(ge=1, le=protocol.LARGEST_INTEGER)


def may_publish(websocket: WebSocket, token: str) -> bool:
    """Whether it brings the operator's token. Without one nobody may."""
    scheme, _, given = websocket.headers.get("authorization", "").partition(" ")
    right = hmac.compare_digest(given.strip().encode(), token.encode())
    return bool(token) and scheme.lower() == "bearer" and right


class Script:
    """One connected script."""

    def __init__(self, websocket: WebSocket, runs: PublishedRuns) -> None:
        self.websocket = websocket
        self.runs = runs
        self.run: PublishedRun | None = None
        self.unsent: asyncio.Queue[str] = asyncio.Queue(MOST_UNSENT)

    def tell(self, message: str) -> None:
        """Queue a message for the script; dropped while the queue is full, because the script does not read."""
        with contextlib.suppress(asyncio.QueueFull):
            self.unsent.put_nowait(message)

    async def write(self) -> None:
        """Send what there is to say until the connection ends."""
        while True:
            message = await self.unsent.get()
            async with asyncio.timeout(SEND_PATIENCE):
                await self.websocket.send({"type": "websocket.send", "text": message})

    async def read(self) -> None:
        """Take what it sends until it leaves, or sends too much too fast."""
        clock = asyncio.get_running_loop().time
        allowance = Allowance(clock, protocol.FRAMES_PER_SECOND, protocol.FRAMES_BURST)
        while True:
            message = await self.websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if not allowance.spend(1):
                reason = f"at most {protocol.FRAMES_PER_SECOND} frames a second"
                await self.websocket.close(CloseCode.POLICY_VIOLATION, reason)
                return
            try:
                self._take(message.get("text"), message.get("bytes"))
            except UnrollError as error:
                self.tell(protocol.error_message(error))

    def _take(self, text: str | None, frame: bytes | None) -> None:
        if text is not None:
            self._begin(protocol.parse_object(text))
        elif self.run is None:
            raise UnexpectedBinary("Expected `publish` first, with the names of the watched modules; got a record.")
        elif frame is not None:
            self.run.take(capture_in(frame))

    def _begin(self, fields: dict[str, Any]) -> None:
        if fields.get("type") != "publish":
            raise UnknownType(f"Expected `publish`, or records as binary frames; got {shown(fields.get('type'))}.")
        try:
            said = Publish.model_validate(fields)
        except ValidationError as error:
            raise explained(error, Publish, "`publish`") from None
        self.end()
        run = PublishedRun(token_of(said.key), {"modules": said.modules, "every": said.every}, self.tell)
        self.runs.open(run)
        self.run = run
        self.tell(protocol.encode("published", run=run.run))

    def end(self) -> None:
        """Whoever follows is told."""
        if self.run is not None:
            self.runs.close(self.run, ENDED)
            self.run = None


async def publish(websocket: WebSocket, runs: PublishedRuns, token: str, hello: str) -> None:
    """One script, from its first frame to its last."""
    if not may_publish(websocket, token):
        await websocket.close(CloseCode.POLICY_VIOLATION)  # before it was accepted: HTTP 403
        return
    await websocket.accept()
    hold_to = websocket.scope.get("extensions", {}).get(FRAME_LIMIT)
    if hold_to:
        hold_to(protocol.CAPTURE_BYTES)
    script = Script(websocket, runs)
    script.tell(hello)
    tasks = {asyncio.create_task(script.read()), asyncio.create_task(script.write())}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        script.end()
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect | TimeoutError):
            raise outcome
