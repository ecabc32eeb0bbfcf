/**
 * A drawing context that writes SVG: what the page's drawing code asks of a canvas, as elements. It has what is used; a
 * test reads the drawing code and holds it to that.
 */

/**
 * What only a browser knows.
 * @typedef {object} Surroundings
 * @property {(text: string, font: string) => {width: number}} measure
 * @property {(image: any) => string} dataUrl of a canvas
 * @property {(image: any) => import("../lib/canvas/painters.js").Piece | undefined} [piece] a canvas that can be painted again
 */

/** @type {Record<string, string>} */
const ANCHORS = { center: "middle", right: "end", end: "end" };
/** @type {Record<string, string>} */
const BASELINES = { middle: "central", top: "text-before-edge", bottom: "text-after-edge" };
/** What save() keeps and restore() gives back. */
const SETTINGS = /** @type {const} */ ([
  "fillStyle",
  "strokeStyle",
  "lineWidth",
  "lineCap",
  "lineJoin",
  "lineDashOffset",
  "globalAlpha",
  "font",
  "textAlign",
  "textBaseline",
  "imageSmoothingEnabled",
  "dash",
  "matrix",
  "clipping",
]);
const UNMOVED = "1,0,0,1,0,0";

/** @param {unknown} text */
export function escaped(text) {
  return String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** To a hundredth of a pixel. @param {number} value */
function short(value) {
  return String(Math.round(value * 100) / 100);
}

/** @param {Record<string, string | number | undefined>} attributes */
function written(attributes) {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => ` ${name}="${typeof value === "number" ? short(value) : escaped(value)}"`)
    .join("");
}

export class SvgContext {
  fillStyle = "#000";
  strokeStyle = "#000";
  lineWidth = 1;
  lineCap = "butt";
  lineJoin = "miter";
  lineDashOffset = 0;
  globalAlpha = 1;
  font = "10px sans-serif";
  textAlign = "start";
  textBaseline = "alphabetic";
  imageSmoothingEnabled = true;
  /** @type {number[]} */
  dash = [];
  matrix = UNMOVED;
  /** The id of the clip path that holds at present. */
  clipping = "";
  /** @type {string[]} */
  #elements = [];
  #path = "";
  #ids = "";
  #clips = 0;
  /** The ids of what was painted before, to be used again. @type {Map<unknown, string>} */
  #pieces = new Map();
  /** @type {Partial<SvgContext>[]} */
  #kept = [];
  /** @type {Surroundings} */
  #around;

  /** @param {Surroundings} around @param {{width: number, height: number}} canvas the sheet @param {string} ids what all of its ids begin with */
  constructor(around, canvas = { width: 0, height: 0 }, ids = "") {
    this.#around = around;
    this.#ids = ids;
    this.canvas = canvas;
  }

  /** Everything drawn so far: the inside of an svg element. */
  content() {
    return this.#elements.join("\n");
  }

  save() {
    this.#kept.push(Object.fromEntries(SETTINGS.map((name) => [name, this[name]])));
  }

  restore() {
    Object.assign(this, this.#kept.pop());
  }

  /** @param {number[]} matrix */
  setTransform(...matrix) {
    this.matrix = matrix.join();
  }

  /** @param {number[]} dash */
  setLineDash(dash) {
    this.dash = dash;
  }

  // Paths.

  beginPath() {
    this.#path = "";
  }

  closePath() {
    this.#path += "Z";
  }

  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    this.#add("M", x, y);
  }

  /** A line from nowhere begins where it ends, as on a canvas. @param {number} x @param {number} y */
  lineTo(x, y) {
    this.#add(this.#path === "" ? "M" : "L", x, y);
  }

  /** @param {number[]} points */
  bezierCurveTo(...points) {
    this.#add("C", ...points);
  }

  /** @param {number[]} points */
  quadraticCurveTo(...points) {
    this.#add("Q", ...points);
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  rect(x, y, width, height) {
    this.#path += rectangle(x, y, width, height);
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height @param {number | number[]} radii */
  roundRect(x, y, width, height, radii = 0) {
    const room = Math.min(Math.abs(width), Math.abs(height)) / 2;
    const [a, b = a, c = a, d = b] = [radii].flat().map((radius) => Math.min(radius, room));
    this.#add("M", x + a, y);
    this.#add("H", x + width - b);
    this.#corner(b, x + width, y + b);
    this.#add("V", y + height - c);
    this.#corner(c, x + width - c, y + height);
    this.#add("H", x + d);
    this.#corner(d, x, y + height - d);
    this.#add("V", y + a);
    this.#corner(a, x + a, y);
    this.closePath();
  }

  /** @param {number} x @param {number} y @param {number} radius @param {number} from @param {number} to @param {boolean} [back] */
  arc(x, y, radius, from, to, back = false) {
    this.ellipse(x, y, radius, radius, 0, from, to, back);
  }

  /**
   * In two halves, because a whole turn as one would begin where it ends and be nothing.
   * @param {number} x @param {number} y @param {number} rx @param {number} ry @param {number} rotation of which none is used
   * @param {number} from @param {number} to @param {boolean} [back]
   */
  ellipse(x, y, rx, ry, rotation, from, to, back = false) {
    const turn = 2 * Math.PI;
    let sweep = back ? from - to : to - from;
    if (sweep < 0 || sweep > turn) sweep = Math.abs(sweep) >= turn ? turn : sweep + turn;
    const at = (/** @type {number} */ angle) => [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
    const direction = back ? -1 : 1;
    this.#add(this.#path === "" || this.#path.endsWith("Z") ? "M" : "L", ...at(from));
    for (const share of [0.5, 1]) {
      this.#add("A", rx, ry, rotation, 0, back ? 0 : 1, ...at(from + direction * sweep * share));
    }
  }

  fill() {
    this.#emit("path", { d: this.#path, fill: this.fillStyle });
  }

  stroke() {
    this.#emit("path", { d: this.#path, fill: "none", ...this.#line() });
  }

  clip() {
    const id = `${this.#ids}clip${++this.#clips}`;
    const within = this.clipping && `url(#${this.clipping})`;
    const transform = this.#transform();
    const shape = `<path${written({ d: this.#path, transform })}/>`;
    this.#elements.push(`<clipPath${written({ id, "clip-path": within })}>${shape}</clipPath>`);
    this.clipping = id;
  }

  // Rectangles, text, pictures.

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  fillRect(x, y, width, height) {
    this.#emit("path", { d: rectangle(x, y, width, height), fill: this.fillStyle });
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  strokeRect(x, y, width, height) {
    this.#emit("path", { d: rectangle(x, y, width, height), fill: "none", ...this.#line() });
  }

  /** A fresh sheet has nothing to clear. */
  clearRect() {}

  /** @param {string} text */
  measureText(text) {
    return this.#around.measure(text, this.font);
  }

  /** @param {string} text @param {number} x @param {number} y */
  fillText(text, x, y) {
    const style = `font: ${this.font}; font-variant-numeric: tabular-nums; white-space: pre`;
    const baseline = BASELINES[this.textBaseline];
    const attributes = { x, y, fill: this.fillStyle, "text-anchor": ANCHORS[this.textAlign] };
    this.#emit("text", { ...attributes, "dominant-baseline": baseline, style }, escaped(text));
  }

  /**
   * A canvas, whole or a rectangle of it. What can be painted again is not an image here either.
   * @param {any} image @param {number[]} box where it stands, after the rectangle of it if it is not whole
   */
  drawImage(image, ...box) {
    const whole = box.length < 8;
    const [x, y, width = image.width, height = image.height] = whole ? box : box.slice(4);
    const [left, top, sourceWidth, sourceHeight] = whole ? [0, 0, image.width, image.height] : box;
    const [across, down] = [width / sourceWidth, height / sourceHeight];
    const place = { x: x - left * across, y: y - top * down };
    this.save();
    if (!whole) {
      this.#path = rectangle(x, y, width, height);
      this.clip();
    }
    const piece = this.#around.piece?.(image);
    if (piece) {
      const { ratio } = piece;
      const scaled = [across * ratio, 0, 0, down * ratio, place.x, place.y].map((part) => Number(part.toFixed(4)));
      this.#emit("use", { href: `#${this.#painted(image, piece)}` }, undefined, `matrix(${scaled})`);
    } else {
      const rendering = this.imageSmoothingEnabled ? undefined : "pixelated";
      const size = { width: image.width * across, height: image.height * down, preserveAspectRatio: "none" };
      this.#emit("image", { ...place, ...size, "image-rendering": rendering, href: this.#around.dataUrl(image) });
    }
    this.restore();
  }

  /** Painted once, used as often as it is drawn. @param {any} image @param {import("../lib/canvas/painters.js").Piece} piece its id */
  #painted(image, { paint, ratio }) {
    const known = this.#pieces.get(image);
    if (known) return known;
    const id = `${this.#ids}piece${this.#pieces.size + 1}`;
    const sheet = { width: image.width / ratio, height: image.height / ratio };
    const inside = new SvgContext(this.#around, sheet, `${id}-`);
    inside.imageSmoothingEnabled = false;
    paint(/** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (inside)), ratio);
    this.#pieces.set(image, id);
    this.#elements.push(`<defs><g id="${id}">${inside.content()}</g></defs>`);
    return id;
  }

  /** @param {string} command @param {number[]} numbers */
  #add(command, ...numbers) {
    this.#path += command + numbers.map(short).join(" ");
  }

  /** @param {number} radius @param {number} x @param {number} y */
  #corner(radius, x, y) {
    if (radius > 0) this.#add("A", radius, radius, 0, 0, 1, x, y);
  }

  #line() {
    return {
      stroke: this.strokeStyle,
      "stroke-width": this.lineWidth,
      "stroke-linecap": this.lineCap === "butt" ? undefined : this.lineCap,
      "stroke-linejoin": this.lineJoin === "miter" ? undefined : this.lineJoin,
      "stroke-dasharray": this.dash.map(short).join(" "),
      "stroke-dashoffset": this.lineDashOffset || undefined,
    };
  }

  #transform() {
    return this.matrix === UNMOVED ? undefined : `matrix(${this.matrix})`;
  }

  /**
   * @param {string} tag @param {Record<string, string | number | undefined>} attributes @param {string} [text]
   * @param {string} [own] a transform of its own, inside of which no clip path may stand
   */
  #emit(tag, attributes, text, own) {
    if (attributes.d === "") return;
    const opacity = this.globalAlpha === 1 ? undefined : this.globalAlpha;
    const clip = this.clipping && `url(#${this.clipping})`;
    const around = { opacity, "clip-path": clip, transform: this.#transform() };
    if (own !== undefined) {
      this.#elements.push(`<g${written(around)}><${tag}${written({ ...attributes, transform: own })}/></g>`);
      return;
    }
    const all = written({ ...attributes, ...around });
    this.#elements.push(text === undefined ? `<${tag}${all}/>` : `<${tag}${all}>${text}</${tag}>`);
  }
}

/** @param {number} x @param {number} y @param {number} width @param {number} height */
function rectangle(x, y, width, height) {
  return `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`;
}
