/** The stage with several lanes on it: owns a canvas of its own and its pointer, and draws only what has changed. */

import { element } from "../lib/dom.js";
import { sizeOf } from "../lib/sizes.js";
import { addStyle } from "../lib/styles.js";
import { createFit } from "../lib/canvas/resolution.js";
import { createBitmaps } from "../lib/canvas/bitmap.js";
import { drawReadout } from "../stage/paint/readout.js";
import { timestepAt, xOf } from "../stage/axis.js";
import { NARROWEST } from "../stage/layout.js";
import { createSlidingAxis } from "../stage/motion.js";
import { normExtent } from "../record/norms.js";
import { painters } from "../lib/canvas/painters.js";
import { createChangeDetector } from "../lib/changed.js";
import { differences, laneNames, laneWords, readoutOf } from "../words/lanes.js";
import { drawBand, drawLanes } from "./draw.js";
import { lanesScene, pictureOf } from "./picture.js";
import { pageUnit } from "../stage/unit.js";
import * as say from "../words/lanes.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("./picture.js").lanesScene} LanesScene */

/**
 * @param {HTMLElement} stage
 * @param {{states: () => State[], chosen: () => number, choose: (index: number) => void,
 *   dispatch: (action: import("../run/state.js").Action) => void, redraw: () => void}} lanes
 */
export function createLanesView(stage, lanes) {
  const canvas = element("canvas", {
    class: "lanes",
    tabindex: "0",
    role: "img",
    "aria-label": say.PICTURE,
    "aria-describedby": "finding reason",
  });
  stage.prepend(canvas);
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  const base = document.createElement("canvas");
  const baseCtx = /** @type {CanvasRenderingContext2D} */ (base.getContext("2d", { alpha: false }));
  const bitmaps = createBitmaps();
  const axis = createSlidingAxis();
  /** @type {{state: State, picture: ReturnType<typeof pictureOf>}[]} what the last picture of each lane was made of */
  let known = [];
  /** @type {ReturnType<typeof lanesScene> | null} */
  let scene = null;
  const seen = createChangeDetector();
  const fit = createFit(canvas, base);
  /** Before its style holds the canvas has not the size it will be drawn in. */
  let isStyled = false;
  void addStyle("lanes.css").finally(() => {
    isStyled = true;
    lanes.redraw();
  });
  /** @type {{x: number, y: number} | null} */
  let pointer = null;

  /** @param {State} state @param {number} index */
  function picture(state, index) {
    const { state: last, picture: made } = known[index] ?? {};
    const same = last?.record === state.record && last?.config === state.config && last?.task === state.task;
    return made && same ? made : pictureOf(state);
  }

  function point(/** @type {MouseEvent} */ event) {
    const box = canvas.getBoundingClientRect();
    pointer = { x: event.clientX - box.left, y: event.clientY - box.top };
    const t = scene && timestepAt(scene.axis, pointer.x);
    lanes.dispatch({ type: "hover", hover: t ? { t } : null });
    lanes.redraw();
    return t;
  }

  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerleave", () => {
    pointer = null;
    lanes.dispatch({ type: "hover", hover: null });
    lanes.redraw();
  });
  canvas.addEventListener("click", (event) => {
    const t = point(event);
    const y = event.clientY - canvas.getBoundingClientRect().top;
    const index = scene?.blocks.findIndex(({ top, bottom }) => y >= top && y < bottom) ?? -1;
    if (index >= 0) lanes.choose(index);
    if (t) lanes.dispatch({ type: "pin", pin: { t } });
  });

  return {
    /** @param {number} now */
    draw(now) {
      if (!isStyled) return;
      const ratio = window.devicePixelRatio || 1;
      const { width, height } = sizeOf(canvas);
      // Where the page is only just being laid out there may be no room for an axis yet.
      if (width < NARROWEST * pageUnit() || height === 0) return;
      const states = lanes.states();
      const made = states.map(picture);
      known = states.map((state, index) => ({ state, picture: made[index] }));
      const extents = made.flatMap((one) =>
        one ? [normExtent([{ id: "all", label: "", ln: one.lanes[0].shown }])] : [],
      );
      const extent = {
        low: Math.min(...extents.map(({ low }) => low)),
        high: Math.max(...extents.map(({ high }) => high)),
      };
      const look = states[lanes.chosen()];
      const domain = axis.at(extent, now, !look.reducedMotion);
      const key = [width, height, ratio, look.dark, look.ruler, lanes.chosen(), ...domain];
      const fresh = [...key, ...states.map(({ record }) => record), ...states.map(({ config }) => config)];
      if (seen.changed(fresh)) {
        fit({ width, height }, ratio);
        const size = { width, height, U: pageUnit() };
        const like = states.map((state) => ({ ...state, dark: look.dark, ruler: look.ruler }));
        scene = lanesScene(like, size, domain, made);
        baseCtx.setTransform(ratio, 0, 0, ratio, 0, 0);
        baseCtx.imageSmoothingEnabled = false;
        const [shown, named, chosen] = [scene, titles(states), lanes.chosen()];
        drawLanes(baseCtx, shown, named, chosen, bitmaps, ratio);
        painters.set(canvas, (target, of) => {
          drawLanes(target, shown, named, chosen, bitmaps, of);
          const { pin } = lanes.states()[lanes.chosen()];
          if (pin) drawBand(target, shown, pin.t);
        });
      }
      if (!scene) return;
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.drawImage(base, 0, 0);
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      for (const t of new Set([look.pin?.t, look.hover?.t])) if (t) drawBand(ctx, scene, t);
      if (pointer && look.hover) {
        const sheet = { width, height, U: scene.axis.U, palette: scene.palette };
        const aside = scene.axis.pitch / 2 + 8 * scene.axis.U;
        const at = { x: xOf(scene.axis, look.hover.t), y: pointer.y, aside };
        drawReadout(ctx, sheet, readoutOf(states, look.hover.t), at);
      }
      if (axis.moving(now)) lanes.redraw();
    },
    remove: () => canvas.remove(),
  };
}

/** @param {State[]} states */
function titles(states) {
  const configs = states.map(({ config }) => config);
  const { schema } = states[0];
  const names = laneNames(configs, schema);
  const differing = differences(configs);
  return states.map(({ config, record }, index) => ({
    name: names[index],
    words: laneWords(config, differing, schema, names[index]),
    record,
  }));
}
