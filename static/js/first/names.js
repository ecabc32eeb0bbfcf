/** “What am I seeing?”: the names of things on the picture, as buttons that open a sentence each, with lines to the things. */

import { byId, element, setAttribute, setSentence, setText, svg, typeset } from "../lib/dom.js";
import { addStyle } from "../lib/styles.js";
import { createTooltip } from "../kit/tooltip.js";
import { sans } from "../kit/text.js";
import { NAMES_OF_PARTS } from "../words/names.js";
import { PILL, placeNames } from "./places.js";

/** @typedef {import("../stage/scene.js").Scene} Scene */
/** @typedef {import("./places.js").NameKey} NameKey */
/** @typedef {import("./places.js").Placed} Placed */

/** @typedef {import("../words/names.js").Name} Name */
/** @typedef {import("../record/picture.js").Picture} Picture */

/**
 * The page on whose picture they stand.
 * @typedef {object} NamedPage
 * @property {() => boolean} areOn whether the reader wants them
 * @property {() => void} toggle
 * @property {() => Scene | null} shown what the stage draws; null while something else has it
 * @property {() => string} elsewhere why they do not stand on what is shown; nothing where they do
 * @property {() => import("./places.js").Kinds} kinds what is named there
 * @property {() => Record<string, Name>} names of all that
 * @property {(missing: NameKey[], picture: Picture, most: number) => string} missing what is said of those without room
 */

/** Below so many design units in width, names are short. */
const NARROW = 640;
const PADDING = 16;
/** From this room on, in design units, a column stands apart. */
const ROOM = 14;

/** @param {NamedPage} page */
export function createNames(page) {
  const layer = element("div", {
    class: "names",
    role: "group",
    "aria-label": NAMES_OF_PARTS,
    hidden: true,
  });
  const lines = svg("svg", { class: "names-lines", "aria-hidden": "true" });
  const note = element("p", { class: "names-note", role: "status", hidden: true });
  const tip = createTooltip("name-said");
  layer.append(/** @type {Node} */ (lines));
  byId("network").after(layer);
  byId("finding").after(note);
  void addStyle("names.css");
  const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  /** @type {Map<NameKey, HTMLButtonElement>} */
  const buttons = new Map();
  /** @type {NameKey | null} */
  let opened = null;
  /** @type {import("./places.js").Names | null} */
  let names = null;
  /** @type {Scene | null} */
  let drawn = null;
  let noted = "";

  /** @param {Scene} scene @param {NameKey} key */
  function textOf({ layout, picture }, key) {
    const isNarrow = layout.width < NARROW * layout.U;
    return page.names()[key][isNarrow ? "short" : "long"](/** @type {any} */ (picture));
  }

  /** @param {Scene} scene @param {NameKey} key */
  function widthOf(scene, key) {
    const { U } = scene.layout;
    pen.font = sans(U, 12, 500);
    return Math.ceil(pen.measureText(textOf(scene, key).replace(/_/g, "")).width) + PADDING * U;
  }

  /** @param {NameKey} key */
  function buttonOf(key) {
    const known = buttons.get(key);
    if (known) return known;
    const button = element("button", {
      class: "name-pill",
      type: "button",
      "data-name": key,
      "aria-expanded": "false",
    });
    button.addEventListener("click", () => open(opened === key ? null : key));
    buttons.set(key, button);
    return button;
  }

  /** @param {NameKey | null} key */
  function open(key) {
    opened = key;
    for (const [of, button] of buttons) button.setAttribute("aria-expanded", String(of === key));
    tell();
  }

  /** The sentence of the name that is open, with the numbers of the picture. */
  function tell() {
    const place = names?.placed.find(({ key }) => key === opened);
    const button = opened && buttons.get(opened);
    if (!place || !button || !drawn?.picture || layer.hidden) return tip.hide();
    tip.show(button, page.names()[place.key].said(drawn.picture, place));
  }

  // Escape closes the opened sentence first, wherever the focus is; pressed again, it does what else it does there.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || opened === null) return;
      event.stopPropagation();
      open(null);
    },
    { capture: true },
  );
  document.addEventListener("pointerdown", (event) => {
    if (opened !== null && !layer.contains(/** @type {Node} */ (event.target))) open(null);
  });

  /** @param {Scene & {picture: NonNullable<Scene["picture"]>}} scene */
  function write(scene) {
    names = placeNames(scene, (key) => widthOf(scene, key), names, page.kinds());
    const { U, width, height, left, right } = scene.layout;
    lines.setAttribute("viewBox", `0 0 ${width} ${height}`);
    lines.replaceChildren(...names.placed.flatMap((one) => lead(one, U)));
    const kept = new Set(names.placed.map(({ key }) => buttonOf(key)));
    for (const button of buttons.values()) if (!kept.has(button)) button.remove();
    for (const place of names.placed) {
      const button = buttonOf(place.key);
      setLabel(button, textOf(scene, place.key));
      const style = `left: ${place.left.toFixed(1)}px; top: ${place.top.toFixed(1)}px; width: ${place.width}px;`;
      if (button.dataset.style !== style) {
        button.dataset.style = style;
        Object.assign(button.style, { left: `${place.left}px`, top: `${place.top}px`, width: `${place.width}px` });
      }
      if (!button.isConnected) layer.append(button);
    }
    const most = Math.floor((right - left) / (ROOM * U));
    say(page.missing(names.missing, scene.picture, most));
    tell();
  }

  /** @param {string} words */
  function say(words) {
    if (words === noted) return;
    noted = words;
    note.hidden = words === "";
    setSentence(note, words);
  }

  const pressed = byId("names");
  pressed.addEventListener("click", page.toggle);

  return {
    /** Called once a frame. */
    draw() {
      const wanted = page.areOn();
      const scene = page.shown();
      setAttribute(pressed, "aria-pressed", String(wanted));
      const elsewhere = page.elsewhere();
      const isOn = wanted && elsewhere === "" && scene?.picture && scene.layout.names;
      if (layer.hidden === Boolean(isOn)) layer.hidden = !isOn;
      if (!isOn) {
        drawn = null;
        say(wanted ? elsewhere : "");
        tip.hide();
        return;
      }
      if (scene === drawn) return;
      drawn = scene;
      write(/** @type {any} */ (scene));
    },
  };
}

/** @param {HTMLElement} node @param {string} text */
function setLabel(node, text) {
  if (node.dataset.text === text) return;
  node.dataset.text = text;
  if (text.includes("_")) node.replaceChildren(...typeset(text));
  else setText(node, text);
}

/** From the name to its thing: a line on a paper-coloured one, and a dot. @param {Placed} place @param {number} U */
function lead({ x, to, top, below }, U) {
  const from = below ? top : top + PILL * U;
  const d = `M${x} ${from}V${to.y}${Math.abs(to.x - x) > 0.5 ? `H${to.x}` : ""}`;
  return [
    svg("path", { class: "names-casing", d }),
    svg("path", { class: "names-line", d }),
    svg("circle", { class: "names-dot", cx: String(to.x), cy: String(to.y), r: String(2 * U) }),
  ];
}
