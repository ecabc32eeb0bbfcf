"""The composition root: settings, compute processes, pages and the stream become one application.

uvicorn --factory app.main:create_app        or        python -m app
Once installed: uvicorn --factory unroll.main:create_app, or unroll
"""

import asyncio
import contextlib
import logging
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator

from fastapi import APIRouter, FastAPI, WebSocket

from .settings import Settings
from .web.admission import Admission
from .web.closing import CloseCode
from .web.compute import Pool, create_pool
from .web.head import HeadMiddleware
from .web.metrics import Measured
from .web.pages import Pages
from .web.prefix import PrefixMiddleware
from .web.publishing.publish import publish as take_published
from .web.publishing.published import PublishedRuns
from .web.security import HostOriginMiddleware
from .web.websocket import stream

SNAPSHOT_SECONDS = 2.0  # how long computing the last snapshots may take at the end
CLOSING_SECONDS = 1.5  # and how long visitors may take to accept them
DESCRIPTION = """A playground for backpropagation through time.
A recurrent network is trained for real, one update at a time, and what happens inside is streamed.

The stream is the WebSocket /ws: JSON commands one way, safetensors records the other.
Python can train without it: from unroll import RunConfig, Trainer (in a checkout: from app.training)."""

log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, pool: Pool | None = None) -> FastAPI:
    """The application. A caller that serves it through the guarded socket brings its own, already spawned, pool."""
    settings = settings or Settings()
    guarded = pool is not None
    pool = pool or create_pool(settings)
    measured = Measured(pool)
    admission = Admission(pool, settings.max_runs, settings.max_runs_per_address)
    pages = Pages(admission, measured, settings.frame_ancestors)
    published = PublishedRuns(settings.records_per_second, time.monotonic)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if not guarded:
            log.warning("started without the guarded socket: floods of tiny frames are not held off; use python -m app")
        await pool.start()
        pages.open(app)
        watching = asyncio.create_task(measured.watch_the_loop())
        with snapshots_before_the_end(pool, published):
            yield
        watching.cancel()
        await pool.stop()

    app = FastAPI(
        title="Unroll",
        description=DESCRIPTION,
        version="1",
        servers=[{"url": "."}],  # beside openapi.json, wherever a proxy put that
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would name a host and no prefix
    )
    app.add_middleware(HeadMiddleware)
    app.add_middleware(HostOriginMiddleware, settings=settings)
    if settings.root_path:
        app.add_middleware(PrefixMiddleware, prefix=settings.root_path)
    app.include_router(pages.routes())
    app.include_router(sockets(admission, published, settings.publish_token))
    return app


def sockets(admission: Admission, published: PublishedRuns, publish_token: str) -> APIRouter:
    """The stream of a run, and that of a script which publishes what it watches."""
    router = APIRouter()

    @router.websocket("/ws")
    async def ws(websocket: WebSocket) -> None:
        await stream(websocket, admission, published)

    @router.websocket("/publish")
    async def publish(websocket: WebSocket) -> None:
        await take_published(websocket, published, publish_token, admission.pool.hello)

    return router


@contextlib.contextmanager
def snapshots_before_the_end(pool: Pool, published: PublishedRuns) -> Iterator[None]:
    """When asked to end, first give every visitor the last snapshot of their run; then let the server go on ending."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    servers = {sig: signal.getsignal(sig) for sig in (signal.SIGTERM, signal.SIGINT)}
    endings: list[asyncio.Task[None]] = []

    def end(sig: signal.Signals) -> None:
        def hand_over(_: object = None) -> None:
            if callable(server := servers[sig]):
                server(sig, None)

        if endings:  # asked again: at once
            hand_over()
        else:
            endings.append(loop.create_task(send_last_snapshots(pool, published)))
            endings[0].add_done_callback(hand_over)

    for sig in servers:
        loop.add_signal_handler(sig, end, sig)
    yield
    for sig, server in servers.items():
        loop.remove_signal_handler(sig)
        signal.signal(sig, server)


async def send_last_snapshots(pool: Pool, published: PublishedRuns) -> None:
    """Last snapshots, then the end of every connection; whoever does not take them in time is left behind."""
    await pool.drain(SNAPSHOT_SECONDS)
    for visitor in (*(handle.visitor for handle in pool.handles.values()), *published.visitors):
        visitor.dismiss(CloseCode.SERVICE_RESTART, "the server is restarting; connect again")
    with contextlib.suppress(TimeoutError):
        await pool.until(lambda: pool.runs == 0, CLOSING_SECONDS)
