"""What answers for a file of the page: nearly two hundred of them come before the picture moves."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from .assets import Asset, Assets

KEEP = b"public, max-age=31536000, immutable"


class AssetEndpoint:
    """Scripts, styles and pictures, under the addresses the pages name; they never change.

    It speaks ASGI itself: what FastAPI does for an endpoint's arguments and answers takes longer than an answer that
    is there already.
    """

    def __init__(self, assets: Assets) -> None:
        self.assets = assets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The file, compressed where the browser takes that; 404 where there is none of this name and version."""
        asset = self.assets.find(**scope["path_params"])
        if asset is None:
            await PlainTextResponse("There is no such file.\n", 404)(scope, receive, send)
            return
        compressed = takes_gzip(Headers(scope=scope))
        content = await asset.compressed() if compressed else asset.content
        await send({"type": "http.response.start", "status": 200, "headers": headers(asset, content, compressed)})
        await send({"type": "http.response.body", "body": content})


def headers(asset: Asset, content: bytes, compressed: bool) -> list[tuple[bytes, bytes]]:
    """What is said of a file that is sent."""
    return [
        (b"content-length", str(len(content)).encode()),
        (b"content-type", asset.media_type.encode()),
        (b"cache-control", KEEP),
        (b"vary", b"accept-encoding"),
        *([(b"content-encoding", b"gzip")] if compressed else []),
    ]


def takes_gzip(asked: Headers) -> bool:
    """Whether the browser wants it compressed."""
    for coding in asked.get("accept-encoding", "").lower().split(","):
        name, _, weight = coding.replace(" ", "").partition(";q=")
        if name in ("gzip", "*"):
            return weight.strip("0.") != "" or weight == ""
    return False
