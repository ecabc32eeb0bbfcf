import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { escaped, SvgContext } from "../../../static/js/share/svg.js";

const around = {
  measure: (/** @type {string} */ text) => ({ width: 6 * text.length }),
  dataUrl: () => "data:image/png;base64,AAAA",
};

/** @param {(ctx: SvgContext) => void} draw */
function drawn(draw) {
  const ctx = new SvgContext(around);
  draw(ctx);
  return ctx.content();
}

test("a filled path and a stroked one", () => {
  const svg = drawn((ctx) => {
    ctx.fillStyle = "#123456";
    ctx.beginPath();
    ctx.moveTo(1, 2);
    ctx.lineTo(3.001, 4);
    ctx.bezierCurveTo(1, 2, 3, 4, 5, 6);
    ctx.closePath();
    ctx.fill();
    ctx.strokeStyle = "red";
    ctx.lineWidth = 2;
    ctx.setLineDash([4, 2]);
    ctx.stroke();
  });
  assert.equal(
    svg,
    '<path d="M1 2L3 4C1 2 3 4 5 6Z" fill="#123456"/>\n' +
      '<path d="M1 2L3 4C1 2 3 4 5 6Z" fill="none" stroke="red" stroke-width="2" stroke-dasharray="4 2"/>',
  );
});

test("a whole turn is a circle, not nothing", () => {
  const svg = drawn((ctx) => {
    ctx.beginPath();
    ctx.arc(10, 10, 5, 0, 2 * Math.PI);
    ctx.fill();
  });
  assert.match(svg, /d="M15 10A5 5 0 0 1 5 10A5 5 0 0 1 15 10"/);
});

test("a line that starts nowhere begins at its first point, as on a canvas", () => {
  const svg = drawn((ctx) => {
    ctx.beginPath();
    ctx.lineTo(1, 1);
    ctx.lineTo(2, 2);
    ctx.stroke();
  });
  assert.match(svg, /d="M1 1L2 2"/);
});

test("what is saved comes back, with its clip and its transform", () => {
  const svg = drawn((ctx) => {
    ctx.save();
    ctx.beginPath();
    ctx.rect(0, 0, 10, 10);
    ctx.clip();
    ctx.setTransform(2, 0, 0, 2, 0, 0);
    ctx.globalAlpha = 0.5;
    ctx.fillRect(1, 1, 2, 2);
    ctx.restore();
    ctx.fillRect(5, 5, 1, 1);
  });
  assert.equal(
    svg,
    '<clipPath id="clip1"><path d="M0 0h10v10h-10Z"/></clipPath>\n' +
      '<path d="M1 1h2v2h-2Z" fill="#000" opacity="0.5" clip-path="url(#clip1)" transform="matrix(2,0,0,2,0,0)"/>\n' +
      '<path d="M5 5h1v1h-1Z" fill="#000"/>',
  );
});

test("a clip within a clip is what both let through", () => {
  const svg = drawn((ctx) => {
    ctx.beginPath();
    ctx.rect(0, 0, 9, 9);
    ctx.clip();
    ctx.clip();
  });
  assert.match(svg, /<clipPath id="clip2" clip-path="url\(#clip1\)">/);
});

test("text stays text, whatever it says", () => {
  const svg = drawn((ctx) => {
    ctx.textAlign = "right";
    ctx.textBaseline = "middle";
    ctx.font = '400 11px "STIX Two Text"';
    ctx.fillText('<script>"&', 1, 2);
  });
  assert.doesNotMatch(svg, /<script|"STIX/);
  assert.match(svg, /text-anchor="end" dominant-baseline="central"/);
  assert.match(svg, /&#60;script&#62;&#34;&#38;<\/text>/);
  assert.equal(escaped("a'b"), "a&#39;b");
});

test("a picture of pixels keeps its pixels", () => {
  const svg = drawn((ctx) => {
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage({ width: 4, height: 3 }, 1, 2, 40, 30);
  });
  assert.match(svg, /<image x="1" y="2" width="40" height="30".*image-rendering="pixelated" href="data:image/);
});

test("a rectangle of a picture is cut out of it where it stands", () => {
  const svg = drawn((ctx) => {
    ctx.drawImage({ width: 100, height: 50 }, 20, 10, 40, 20, 5, 6, 20, 10);
    ctx.fillRect(0, 0, 1, 1);
  });
  const [clip, image, after] = svg.split("\n");
  assert.match(clip, /<clipPath id="clip1"><path d="M5 6h20v10h-20Z"/);
  assert.match(image, /<image x="-5" y="1" width="50" height="25".* clip-path="url\(#clip1\)"/);
  assert.doesNotMatch(after, /clip-path/, "what follows is not cut");
});

test("a picture that can be painted again is painted once and used, not photographed", () => {
  const layer = { width: 200, height: 100 };
  const paint = (/** @type {SvgContext} */ ctx) => {
    ctx.beginPath();
    ctx.rect(0, 0, 9, 9);
    ctx.clip();
    ctx.fillText("h", 1, 2);
  };
  const ctx = new SvgContext({ ...around, piece: (image) => (image === layer ? { paint, ratio: 2 } : undefined) });
  ctx.drawImage(layer, 0, 0, 100, 50);
  ctx.drawImage(layer, 20, 10, 40, 20, 10, 30, 20, 10);
  const svg = ctx.content();
  assert.equal(svg.match(/<text/g)?.length, 1);
  assert.equal(svg.match(/<image/g), null);
  const uses = [...svg.matchAll(/<use href="#piece1" transform="matrix\(([^)]*)\)"/g)].map(([, matrix]) => matrix);
  assert.deepEqual(uses, ["1,0,0,1,0,0", "1,0,0,1,0,25"]);
  const ids = [...svg.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length, `no id twice: ${ids}`);
});

test("it has everything that the page's drawing code asks of a canvas", () => {
  const root = fileURLToPath(new URL("../../../static/js/", import.meta.url));
  const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  const ctx = new SvgContext(around);
  /** @type {Set<string>} */
  const missing = new Set();
  for (const name of sources) {
    for (const [, member] of readFileSync(root + name, "utf8").matchAll(/\bctx\.([a-zA-Z]+)/g)) {
      if (!(member in ctx)) missing.add(`${member} in ${name}`);
    }
  }
  // A bitmap's own canvas is written pixel by pixel; it enters a picture as an image.
  assert.deepEqual([...missing], ["putImageData in lib/canvas/bitmap.js"]);
});
