/** Pictures of what is open on the page, with their settings, seed and link: as SVG, and from that as PNG. */

import { palette } from "../kit/colour.js";
import { byId } from "../lib/dom.js";
import { pageUnit } from "../stage/unit.js";
import { actPainters, painters, piecePainters } from "../lib/canvas/painters.js";
import { captionOf } from "./caption.js";
import { withTexts } from "./png.js";
import { escaped, SvgContext } from "./svg.js";
import * as say from "../words/share.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {{name: string, title: string, node: HTMLElement}} View */
/** What a picture is about: the shown network, and all of them where several stand side by side. @typedef {{state: State, lanes: State[]}} About */

/** Views that show what is one for the whole network, whichever layer is open. */
const OF_THE_NETWORK = ["loss", "output", "lags", "history"];

const PNG_SCALE = 2;
const PADDING = 12;
const LINE = 16;
const FONT = 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
/** Of the page's canvas at 1280 × 720; both grow with it. */
const WORDS = { left: 20, finding: 23, reason: 43, size: 15 };

/** What is there to be kept: the network, the open views, the history. @returns {View[]} */
export function openPictures() {
  const views = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#views .view:not([hidden])")]);
  const lanes = /** @type {HTMLElement | null} */ (document.querySelector("#stage canvas.lanes"));
  return [
    lanes
      ? { name: "network", title: say.LANES_PICTURE, node: lanes }
      : { name: "network", title: say.NETWORK_PICTURE, node: byId("network") },
    ...views.flatMap((view) => {
      const drawn = /** @type {HTMLElement[]} */ ([...view.querySelectorAll(".js-plotly-plot, canvas")]);
      const node = drawn.find((one) => one.checkVisibility());
      const title = view.querySelector("h2")?.textContent ?? "";
      return node ? [{ name: view.id.replace("view-", ""), title, node }] : [];
    }),
    { name: "history", title: say.HISTORY_PICTURE, node: byId("history") },
  ];
}

const ruler = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
const around = {
  measure(/** @type {string} */ text, /** @type {string} */ font) {
    ruler.font = font;
    return ruler.measureText(text);
  },
  dataUrl: (/** @type {HTMLCanvasElement | OffscreenCanvas} */ canvas) => asElement(canvas).toDataURL(),
  piece: (/** @type {HTMLCanvasElement} */ canvas) => piecePainters.get(canvas),
};

/** Only elements give their pixels as text at once. @param {HTMLCanvasElement | OffscreenCanvas} canvas */
function asElement(canvas) {
  if (canvas instanceof HTMLCanvasElement) return canvas;
  const { width, height } = canvas;
  const copy = Object.assign(document.createElement("canvas"), { width, height });
  /** @type {CanvasRenderingContext2D} */ (copy.getContext("2d")).drawImage(canvas, 0, 0);
  return copy;
}

/**
 * @param {View} view
 * @param {About} about
 */
export async function pictureAsSvg({ name, title, node }, { state, lanes }) {
  const { clientWidth: width, clientHeight: height } = node;
  const colours = palette(state.dark ? "dark" : "light");
  const inside = node instanceof HTMLCanvasElement ? painted(node, colours) : await charted(node);
  const caption = captionUnder(name, { state, lanes });
  const words = [`${title} · ${caption.title} · ${caption.iteration}`, caption.settings, caption.link];
  const lines = words.flatMap((line) => wrapped(line, width - 2 * PADDING));
  const whole = height + PADDING + lines.length * LINE + PADDING / 2;
  const texts = lines.map((line, index) => {
    const y = height + PADDING + (index + 0.7) * LINE;
    return `<text x="${PADDING}" y="${y}" fill="${colours.ink2}" style="font: 11px ${escaped(FONT)}">${escaped(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}" viewBox="0 0 ${width} ${whole}">`,
    `<title>${escaped(words[0])}</title><desc>${escaped(words.slice(1).join("\n"))}</desc>`,
    `<rect width="${width}" height="${whole}" fill="${colours.paper}"/>`,
    inside,
    ...texts,
    "</svg>\n",
  ].join("\n");
}

/** @param {string} name of the view @param {About} about */
function captionUnder(name, { state, lanes }) {
  return captionOf(state, location.origin + location.pathname, lanes, !OF_THE_NETWORK.includes(name));
}

/** @param {HTMLCanvasElement} canvas @param {import("../kit/colour.js").Palette} colours */
function painted(canvas, colours) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const svg = new SvgContext(around, { width, height });
  const ctx = /** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (svg));
  const paint = actPainters.get(canvas) ?? painters.get(canvas);
  if (paint) paint(ctx, PNG_SCALE);
  else svg.drawImage(canvas, 0, 0, width, height);
  if (canvas.closest("#stage")) writeSentences(svg, colours);
  return svg.content();
}

/** The sentences over the network are not on its canvas. @param {SvgContext} svg @param {import("../kit/colour.js").Palette} colours */
function writeSentences(svg, colours) {
  svg.textAlign = "left";
  svg.textBaseline = "alphabetic";
  svg.fillStyle = colours.ink;
  writeTypeset(svg, byId("finding"), WORDS.finding, WORDS.size, 500);
  svg.fillStyle = colours.ink3;
  writeTypeset(svg, byId("reason"), WORDS.reason, WORDS.size - 2, 400);
}

/** How far a small part stands below the line, in sizes. @type {Record<string, number>} */
const LOWERED = { SUB: 0.2, SUP: -0.35 };

/** With italics, subscripts and powers as they stand on the page. @param {SvgContext} svg @param {HTMLElement} node @param {number} y @param {number} size @param {number} weight */
function writeTypeset(svg, node, y, size, weight) {
  const U = pageUnit();
  let x = WORDS.left * U;
  for (const part of node.childNodes) {
    const lowered = LOWERED[part.nodeName] ?? 0;
    svg.font = `${part.nodeName === "I" ? "italic " : ""}${weight} ${(lowered ? 0.75 : 1) * size * U}px ${FONT}`;
    const text = part.textContent ?? "";
    svg.fillText(text, x, (y + lowered * size) * U);
    x += svg.measureText(text).width;
  }
}

/** The chart library writes its own. @param {HTMLElement} node */
async function charted(node) {
  const { clientWidth: width, clientHeight: height } = node;
  const { chartAsSvg } = await import("../kit/plot.js");
  const svg = await chartAsSvg(node, width, height);
  return svg.replace("<svg ", `<svg x="0" y="0" `);
}

/** @param {string} line @param {number} width @returns {string[]} */
function wrapped(line, width) {
  const font = `11px ${FONT}`;
  const fits = (/** @type {string} */ text) => around.measure(text, font).width <= width;
  /** @type {string[]} */
  const lines = [];
  let rest = line;
  while (rest !== "") {
    let end = rest.length;
    while (end > 1 && !fits(rest.slice(0, end))) end -= 1;
    const space = rest.lastIndexOf(" ", end);
    if (end < rest.length && space > 0) end = space;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return lines;
}

/** @param {View} view @param {About} about */
export async function pictureAsPng(view, about) {
  const svg = await pictureAsSvg(view, about);
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * PNG_SCALE;
    canvas.height = image.naturalHeight * PNG_SCALE;
    const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    ctx.drawImage(image, 0, 0, canvas.width, canvas.height);
    /** @type {Blob | null} */
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error(say.TOO_LARGE_FOR_PNG);
    const caption = captionUnder(view.name, about);
    const texts = {
      Title: `${view.title} · ${caption.title} · ${caption.iteration}`,
      Description: caption.settings,
      Source: caption.link,
    };
    return new Blob([withTexts(new Uint8Array(await blob.arrayBuffer()), texts)], { type: "image/png" });
  } finally {
    URL.revokeObjectURL(url);
  }
}
