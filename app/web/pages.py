"""What is fetched rather than streamed: the page, its files, health, metrics, the schema.

What `templates/index.html` is given:

- `asset(path)`: the address of a file below `static/`, such as `asset("css/base.css")`, relative to the page, because a
  proxy may serve everything below a prefix. It contains a hash of everything below `static/`, so that browsers may keep
  files for ever, and modules that import each other are of one version. `asset("plotly.min.js")` is the one file that
  comes out of the installed plotly package.
- `styles`: the style sheets that the first picture needs, in their order, each with its file, media and content.
- `files`: the address below which all files lie, for what scripts fetch by name.
- `modules`: the modules that stand in the page: all that the first picture is drawn with, and small ones of those that
  are needed right after it; and in which one it begins.
- `choice`: a script of the first view's card, which may be used before anything else runs.
- `later`: the names below `static/` of those that the page needs beside them, fetched together after it.
- `bootstrap`: an object with `schema`, `config`, `task`, `limits` and `protocol`: what `/api/schema`, `state` and
  `hello` say for a run that was just started. Written as `{{ bootstrap | tojson }}` into
  `<script type="application/json" id="bootstrap">`.
- `first_record`: the first record of that run, computed when the server started: one binary frame, as base64.
- `first`: whether this is the first view, for a browser that was never here: a small network with its parts named and
  a few controls. Then `bootstrap` has its `config` and `task` under `first_view` as well, and `first_record` is its
  record. The page keeps the cookie `unroll-view=whole` from then on, and gets the whole instrument.

The content security policy names the scripts that stand in the page by their digests, and lets no other in but those
that they import or add.
"""

import asyncio
import base64
import gzip
import hashlib
import json
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from markupsafe import Markup
from starlette.responses import Response

from .admission import Admission
from .assets import Assets, shipped
from .inside import Inside, inside
from .metrics import Measured
from .onefile.onepage import one_page
from .security import content_security_policy
from .styles import styles
from .templates import environment, without_samples

KEEP = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
VIEW_COOKIE = "unroll-view"
FIRST_PICTURE = "js/main.js"  # draws it,
SOCKET = "js/wire/ahead.js"  # opens one at once,
WHOLE_PAGE = "js/page.js"  # and imports this right after it,
WHOLE_INSTRUMENT = ("js/views/flow.js", "js/panels/inspector/inspector.js")  # which at once needs these beside it
CHOICE = "js/first/choice.js"
WATCHED = "js/watched/main.js"
NO_FILE: dict[int | str, dict[str, Any]] = {404: {"description": "No such file, or not of this version."}}
NOT_READY: dict[int | str, dict[str, Any]] = {503: {"description": "Draining, full or recovering."}}


class Fixed:
    """A response that never changes while the server runs: compressed once, not sent again to a browser that has it."""

    def __init__(
        self, content: bytes, media_type: str, varies: str = "accept-encoding", policy: str | None = None
    ) -> None:
        self.content = content
        self.headers = {"vary": varies} | ({"content-security-policy": policy} if policy else {})
        self.compressed = gzip.compress(content, mtime=0)
        self.media_type = media_type
        self.tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'

    def answer(self, request: Request) -> Response:
        """The response this request needs."""
        headers = {"etag": self.tag, "cache-control": ASK_AGAIN, **self.headers}
        known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
        if self.tag in known or "*" in known:  # a proxy may have marked it as weak
            return Response(status_code=304, headers=headers)
        if takes_gzip(request):
            return Response(
                self.compressed, media_type=self.media_type, headers={**headers, "content-encoding": "gzip"}
            )
        return Response(self.content, media_type=self.media_type, headers=headers)


def takes_gzip(request: Request) -> bool:
    """Whether the browser wants it compressed."""
    weights = {}
    for coding in request.headers.get("accept-encoding", "").lower().split(","):
        name, *parameters = coding.replace(" ", "").split(";")
        weights[name] = next((one.removeprefix("q=") for one in parameters if one.startswith("q=")), "1")
    return weights.get("gzip", weights.get("*", "0")).strip("0.") != ""


class MadeOnce:
    """Pages as one file: each made in a thread of its own when it is first asked for, as that takes a second."""

    def __init__(self) -> None:
        self._made: dict[Callable[[], Fixed], asyncio.Future[Fixed]] = {}

    async def __call__(self, make: Callable[[], "Fixed"]) -> "Fixed":
        """What `make` makes; where it failed, the next who asks has it tried again."""
        made = self._made.get(make)
        if made is None or (made.done() and made.exception()):
            made = self._made[make] = asyncio.ensure_future(asyncio.to_thread(make))
        return await asyncio.shield(made)


class Pages:
    """Everything that can be fetched. `open` is called once the first process can compute."""

    def __init__(self, admission: Admission, measured: Measured, frame_ancestors: str) -> None:
        self.admission = admission
        self.pool = admission.pool
        self.measured = measured
        self.assets = Assets(shipped("static"))
        self.templates = environment(self.assets)
        self.frame_ancestors = frame_ancestors
        soon = self.assets.needed(FIRST_PICTURE)
        small = (name for name in self.later(soon, first=False) if self.assets.is_small(name))
        self.inside = [*soon, *small]
        self.modules = inside(self.assets, FIRST_PICTURE, self.inside)
        self.made = MadeOnce()

    def player(self) -> "Fixed":
        """What plays one recording."""
        return Fixed(one_page(self.assets, self.templates).encode(), "text/plain")

    def lessons(self) -> "Fixed":
        """What tells lessons, and the lessons that it can tell."""
        page = one_page(self.assets, self.templates, tells_lessons=True)
        content = {"page": page, "lessons": self.pool.facts["told_alone"]}
        return Fixed(json.dumps(content).encode(), "application/json")

    def open(self, app: FastAPI) -> None:
        """Write the pages: from now on they do not change."""
        facts = self.pool.facts
        state = facts["state"]
        small = facts["first_view"]["state"]
        bootstrap = {
            "protocol": facts["hello"]["protocol"],
            "limits": facts["hello"]["limits"],
            "schema": without_samples(facts["schema"]),
            "config": state["config"],
            "task": state["task"],
        }
        first_view = {"first_view": {"config": small["config"], "task": small["task"]}}
        self.index = self.page(bootstrap, base64.b64encode(self.pool.first_record).decode(), first=False)
        self.first_view = self.page(bootstrap | first_view, facts["first_view"]["record"], first=True)
        self.watched = self.watched_page()
        self.schema = Fixed(json.dumps(facts["schema"]).encode(), "application/json")
        self.scenes = Fixed(json.dumps(facts["scenes"]).encode(), "application/json")
        self.questions = Fixed(json.dumps(facts["questions"]).encode(), "application/json")
        docs = self.templates.get_template("docs.html").render(api=app.openapi())
        self.docs = Fixed(docs.encode(), "text/html")

    def later(self, soon: list[str], *, first: bool) -> list[str]:
        """The names of the modules that are needed right after the first picture, beside those of `soon`."""
        entries = (SOCKET, WHOLE_PAGE, *(() if first else WHOLE_INSTRUMENT))
        return list(dict.fromkeys(name for entry in entries for name in self.assets.needed(entry) if name not in soon))

    def page(self, bootstrap: dict[str, Any], record: str, *, first: bool) -> "Fixed":
        """The page, with the run it opens with."""
        choice = self.assets.script(CHOICE) if first else Markup()
        page = self.templates.get_template("index.html").render(
            modules=self.modules,
            choice=choice,
            later=self.later(self.inside, first=first),
            styles=styles(self.assets, first=first),
            bootstrap=bootstrap,
            first_record=record,
            first=first,
        )
        policy = self.policy(self.modules, *([choice] if first else ()))
        return Fixed(page.encode(), "text/html", "accept-encoding, cookie", policy)

    def watched_page(self) -> "Fixed":
        """The page of a watched run."""
        modules = inside(self.assets, WATCHED, self.assets.needed(WATCHED))
        page = self.templates.get_template("watched.html").render(modules=modules, lesson=self.first_lesson())
        return Fixed(page.encode(), "text/html", policy=self.policy(modules))

    def first_lesson(self) -> str | None:
        """The address of the lesson that the others follow; None where there are none."""
        return next((lesson["slug"] for lesson in self.pool.facts["scenes"]), None)

    def policy(self, modules: Inside, *others: str) -> str:
        """What a page may do in which these scripts stand."""
        return content_security_policy(self.frame_ancestors, modules.sources(*others))

    def routes(self) -> APIRouter:
        """What is found where."""
        router = APIRouter()
        self._route_pages(router)
        self._route_state(router)
        self._route_api(router)
        return router

    def _route_pages(self, router: APIRouter) -> None:
        """What a browser shows, and the files of it."""

        @router.get("/", response_class=HTMLResponse, summary="The page")
        async def index(request: Request) -> Response:
            """The playground, with a schema, a state and a first record that this server computed.

            A browser that was never here gets the first view; one with the cookie `unroll-view`, and a page that embeds
            this one, get the whole instrument.
            """
            was_here = VIEW_COOKIE in request.cookies or "embed" in request.query_params
            return (self.index if was_here else self.first_view).answer(request)

        @router.get("/watched", response_class=HTMLResponse, summary="The page of a watched run")
        async def watched(request: Request) -> Response:
            """What a script publishes by `unroll.watch`; the run's token stands behind the # of the address."""
            return self.watched.answer(request)

        @router.get("/docs", response_class=HTMLResponse, include_in_schema=False)
        async def docs(request: Request) -> Response:
            return self.docs.answer(request)

        @router.get(
            "/static/{version}/{name:path}", summary="A file of the page", response_class=Response, responses=NO_FILE
        )
        async def static(request: Request, version: str, name: str) -> Response:
            """Scripts, styles and pictures, under the addresses the page names; they never change."""
            asset = self.assets.find(version, name)
            if asset is None:
                return Response("There is no such file.\n", 404, media_type="text/plain")
            headers = {"cache-control": KEEP, "vary": "accept-encoding"}
            if not takes_gzip(request):
                return Response(asset.content, media_type=asset.media_type, headers=headers)
            headers["content-encoding"] = "gzip"
            return Response(await asset.compressed(), media_type=asset.media_type, headers=headers)

    def _route_state(self, router: APIRouter) -> None:
        """What balancers and operators ask."""

        @router.get("/healthz", summary="Is the server alive?")
        async def healthz() -> dict[str, Any]:
            """Always answers while the process lives, however many runs there are."""
            return {"status": "ok", "runs": self.pool.runs, "workers": len(self.pool.processes)}

        @router.get("/readyz", summary="May new visitors come?", responses=NOT_READY)
        async def readyz() -> JSONResponse:
            """Balancers send new visitors elsewhere while this says 503."""
            if self.pool.draining:
                return JSONResponse({"status": "draining"}, 503)
            if not self.pool.is_prompt:
                return JSONResponse({"status": "recovering"}, 503)
            if self.admission.is_full:
                return JSONResponse({"status": "full"}, 503)
            return JSONResponse({"status": "ready"})

        @router.get("/metrics", summary="What is measured", response_class=Response)
        async def metrics() -> Response:
            """Runs, records, iteration times, refusals and memory, in Prometheus' text format."""
            return Response(self.measured.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    def _route_api(self, router: APIRouter) -> None:
        """What programs read: the choices of a run, lessons and questions, the page as one file."""

        @router.get("/api/schema", summary="Every choice of a run")
        async def schema(request: Request) -> Response:
            """JSON Schema of a run's configuration, with all activations and tasks; controls are built from it."""
            return self.schema.answer(request)

        @router.get("/api/scenes", summary="The lessons")
        async def scenes(request: Request) -> Response:
            """The lessons this server offers, in the order they are meant to be read."""
            return self.scenes.answer(request)

        @router.get("/api/player", summary="The page as one file")
        async def player(request: Request) -> Response:
            """The page as one HTML file that asks no server for anything, with marks where a recorded run belongs."""
            return (await self.made(self.player)).answer(request)

        @router.get("/api/player/lessons", summary="Lessons as one file")
        async def lessons(request: Request) -> Response:
            """`page`: one HTML file that tells lessons and asks no server for anything, with marks where they belong.

            `lessons`: those of `/api/scenes` that can be told so, with the steps that can be done there; `record` says
            how a run of each is recorded for it.
            """
            return (await self.made(self.lessons)).answer(request)

        @router.get("/api/questions", summary="Questions with answers")
        async def questions(request: Request) -> Response:
            """Questions as people ask them, each with a network to open and how its answer's numbers are computed."""
            return self.questions.answer(request)
