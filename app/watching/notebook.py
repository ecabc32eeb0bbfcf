"""How a notebook shows what is watched: a still picture with the finding, and the live page in a frame above it.

The page is served where the script runs, which need not be where the browser is. So the browser itself looks where it
can reach it: through the notebook server's own proxy (jupyter-server-proxy, `proxy/PORT/` below its base address), else
directly, if the notebook too is at this machine's own address. Where neither answers, or no script may run, the picture
stays alone.
"""

import json
from urllib.parse import urlsplit

HEIGHT = 760  # px of the frame

SCRIPT = """
(async () => {
  const here = document.getElementById(%(id)s), page = %(address)s;
  const at = new URL(page), settings = document.getElementById("jupyter-config-data")?.textContent;
  const base = settings ? JSON.parse(settings).baseUrl : document.body.dataset.baseUrl;
  const proxied = () => new URL(`${base}proxy/${at.port}${at.pathname}${at.hash}`, location.origin).href;
  const ways = base ? [[proxied(), "same-origin"]] : [];
  if (["localhost", "127.0.0.1"].includes(location.hostname)) ways.push([page, "no-cors"]);
  for (const [address, mode] of ways) {
    try {
      const answer = await fetch(address, { mode, signal: AbortSignal.timeout(10000) });
      if (!answer.ok && answer.type !== "opaque") continue;
    } catch {
      continue;
    }
    const frame = document.createElement("iframe");
    Object.assign(frame, { src: address, title: "Unroll: the watched training, live" });
    frame.style.cssText = "width: 100%%; height: %(height)dpx; border: 1px solid #dedad0";
    here.prepend(frame);
    return;
  }
})();
"""


def cell(picture: str, address: str | None, name: str) -> str:
    """The output of a notebook's cell: ``picture``, and where there is a page at ``address`` also that, if the browser
    reaches it; ``name`` tells one output from another.
    """
    picture = f'<div style="max-width: 50rem">{picture}</div>'
    if address is None or urlsplit(address).hostname not in ("127.0.0.1", "localhost"):
        return picture
    script = SCRIPT % {"id": json.dumps(name), "address": json.dumps(address), "height": HEIGHT}
    return f'<div id="{name}">{picture}<script>{script}</script></div>'
