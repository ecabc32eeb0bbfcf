/** Rings around the things that a text points at, laid over the page; they take no pointer and say nothing. */

import { byId, element } from "../lib/dom.js";
import { addStyle } from "../lib/styles.js";
import { layoutFolded } from "../stage/fold/layout.js";
import { laneOf, layoutLanes } from "../lanes/picture.js";
import { pageUnit } from "../stage/unit.js";
import { cellOf } from "../record/cells.js";
import { boxesOf, foldedBoxesOf, laneBoxesOf, selectorOf } from "./places.js";

/** @typedef {import("./places.js").Reference} Reference */
/** @typedef {import("./places.js").Box} Box */
/** @typedef {import("../run/state.js").State} State */

/**
 * @typedef {object} Stage
 * @property {() => import("../stage/layout.js").Layout | null} stageLayout of one network
 * @property {() => State[]} lanes the networks side by side; none where there is one
 */

const MARGIN = 3;
/** After so many frames a picture that was not drawn anew is no longer moving. */
const STILL = 6;

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {Stage} stage
 */
export function createRings(store, { stageLayout, lanes }) {
  const node = element("div", { class: "rings", "aria-hidden": "true" });
  void addStyle("rings.css").then(() => document.body.append(node));
  /** @type {Reference | null} */
  let ringed = null;
  let frame = 0;

  /** The picture that rings were last laid over, and for how many frames it has stood still. */
  let picture = stageLayout();
  let still = 0;

  function place() {
    frame = 0;
    node.replaceChildren(...(ringed ? boxes(ringed) : []).map(ring));
    still = picture === stageLayout() ? still + 1 : 0;
    picture = stageLayout();
    if (ringed && still < STILL) again();
  }

  function again() {
    if (frame === 0 && (ringed || node.childElementCount > 0)) frame = requestAnimationFrame(place);
  }

  /** Things move: columns give way, rows come and go, another sequence slides in. */
  function later() {
    still = 0;
    again();
  }

  /** @param {Reference} ref @returns {Box[]} */
  function boxes(ref) {
    const selector = selectorOf(ref);
    if (selector) return boxesOfElements([...document.querySelectorAll(selector)]);
    const states = lanes();
    if (states.length === 0) return over(byId("network"), stageBoxes(ref));
    const canvas = document.querySelector("#stage canvas.lanes");
    return canvas ? over(canvas, laneBoxesOf(ref, lanesLayout(canvas, states))) : [];
  }

  /** @param {Reference} ref @returns {Box[]} */
  function stageBoxes(ref) {
    const layout = stageLayout();
    if (!layout) return [];
    const { folded, config, pin } = store.get();
    if (folded) return foldedBoxesOf(ref, layoutFolded(layout, cellOf(config).states.length));
    return boxesOf(ref, layout, pin?.t ?? null);
  }

  store.watch((state) => state, later);
  new ResizeObserver(later).observe(byId("stage"));
  window.addEventListener("resize", later);
  window.addEventListener("scroll", later, { capture: true, passive: true });

  return {
    /** @param {Reference | null} ref null for nothing */
    show(ref) {
      ringed = ref;
      later();
    },
  };
}

/** @param {Element} canvas @param {State[]} states */
function lanesLayout({ clientWidth: width, clientHeight: height }, states) {
  return layoutLanes({ width, height, U: pageUnit() }, states.map(laneOf));
}

/** Boxes of a canvas, on the page. @param {Element} canvas @param {Box[]} boxes @returns {Box[]} */
function over(canvas, boxes) {
  const { left, top } = canvas.getBoundingClientRect();
  return boxes.map((box) => ({ ...box, x: box.x + left, y: box.y + top }));
}

/** Of what is lent to the text and not open there, the place is shown. @param {Element[]} found @returns {Box[]} */
function boxesOfElements(found) {
  const boxes = found.map(boxOfElement).filter((box) => box !== null);
  const lent = found[0]?.closest("#lesson-under");
  if (boxes.length > 0 || !lent) return boxes;
  return [boxOfElement(lent)].filter((box) => box !== null);
}

/** What stands in a closed list is where the list opens; what is behind the text, where one turns to it. @param {Element} found @returns {Box | null} */
function boxOfElement(found) {
  const seen = [found, found.closest("details")?.querySelector("summary"), behindText(found)].find(isSeen);
  if (!seen) return null;
  const { left, top, width, height } = seen.getBoundingClientRect();
  return { x: left - MARGIN, y: top - MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
}

/** @param {Element} found */
function behindText(found) {
  return byId("side").hidden && found.closest("#side") ? byId("face-views") : null;
}

/** @param {Element | null | undefined} one */
function isSeen(one) {
  return Boolean(one && one.getClientRects().length > 0);
}

/** @param {Box} box */
function ring({ x, y, width, height, round }) {
  const node = element("div", { class: round ? "ring round" : "ring" });
  Object.assign(node.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  return node;
}
