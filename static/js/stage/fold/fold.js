/** The fold: the stage's act of closing the unrolled network into one cell, and opening it again. */
import { mix } from "../../lib/scales.js";
import { drawChrome, drawRecord } from "../paint/stage.js";
import { actPainters, piecePainters } from "../../lib/canvas/painters.js";
import { drawAccumulator, drawCell, drawFolded } from "./draw.js";
import { drawDeck, drawFlights } from "./deck.js";
import { foldedPlaceAt, layersOf, layoutFolded } from "./layout.js";
import { createFoldClock, foldMoment } from "./timeline.js";
import { foldWords, partLines } from "../../words/fold.js";
import { placeWords } from "../../words/layers.js";

/** @typedef {import("../view.js").Act} Act */
/** @typedef {import("../view.js").Frame} Frame */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("./layout.js").Folded} Folded */

/**
 * @param {import("../../run/session.js").PageStore} store
 * @returns {Act}
 */
export function createFold(store) {
  const clock = createFoldClock();
  /** @type {Scene | null} */
  let scene = null;
  let share = 0;

  /** The timestep the cell shows: under the pointer, pinned, or the last. */
  function shown() {
    const { hover, pin } = store.get();
    const T = scene?.layout.T ?? 1;
    return Math.min(T, hover?.t ?? pin?.t ?? T);
  }

  /** @param {CanvasRenderingContext2D} ctx @param {Frame} frame @param {number} share of the way @param {number} t */
  function paint(ctx, frame, share, t) {
    const { layout, palette, picture } = frame.scene;
    ctx.fillStyle = palette.paper;
    ctx.fillRect(0, 0, layout.width + 1, layout.height + 1);
    const folded = layoutFolded(layout, picture?.lanes.length ?? 1);
    if (share < 1) return drawOnTheWay(ctx, frame, folded, share, t);
    drawAccumulator(ctx, frame.scene, folded, () => true, t);
    drawFolded(ctx, frame.scene, folded, { ...frame, t, cell: folded.cell });
  }

  /** @param {CanvasRenderingContext2D} ctx @param {Frame} frame @param {Folded} folded @param {number} share @param {number} t */
  function drawOnTheWay(ctx, frame, folded, share, t) {
    const { layout } = frame.scene;
    const moment = foldMoment(share, layout.T);
    drawDeck(ctx, frame.scene, openPicture(frame), folded, moment, frame.ratio);
    ctx.globalAlpha = moment.appear;
    drawAccumulator(ctx, frame.scene, folded, (t) => moment.flight(t) >= 1, null);
    ctx.globalAlpha = 1;
    drawFlights(ctx, frame.scene, folded, moment);
    if (moment.grow === 0) return;
    const small = {
      x: folded.output.x - 6,
      y: layout.units.top,
      width: 12,
      height: layout.units.bottom - layout.units.top,
    };
    const cell = between(small, folded.cell, moment.grow);
    ctx.globalAlpha = moment.grow;
    drawFolded(ctx, frame.scene, folded, { ...frame, t, cell });
    ctx.globalAlpha = 1;
    drawCell(ctx, frame.scene, { box: cell, U: layout.U, t, settled: false });
  }

  return {
    draw(ctx, frame) {
      scene = frame.scene;
      const { folded: closing, reducedMotion } = frame.state;
      share = clock.at(closing, frame.now, !reducedMotion);
      const { layout, picture } = scene;
      const where = picture ? placeWords(picture.place) : "";
      const narration = foldWords(share, closing, layout.T, shown(), picture?.recurrent ?? "W_hh", where);
      if (narration?.reason !== store.get().narration?.reason) store.dispatch({ type: "narrate", narration });
      if (!picture || share === 0) {
        actPainters.delete(ctx.canvas);
        return closing ? "moving" : "over";
      }
      const [way, t] = [share, shown()];
      actPainters.set(ctx.canvas, (target, ratio) => paint(target, { ...frame, ratio }, way, t));
      paint(ctx, frame, way, t);
      // Unfolding begins at 1: the first of its frames has not moved yet.
      return closing && share === 1 ? "still" : "moving";
    },
    placeAt(x, y) {
      if (!scene?.picture || share < 1) return null;
      const folded = layoutFolded(scene.layout, scene.picture.lanes.length);
      const layers = scene.picture.parts && layersOf(scene.picture.parts, folded.accumulator.height);
      return foldedPlaceAt(folded, shown(), layers, x, y);
    },
    xOf(place) {
      if (!scene?.picture || place.t === null) return null;
      const { strip, cell, T } = layoutFolded(scene.layout, scene.picture.lanes.length);
      if (place.row === "units") return cell.x + cell.width / 2;
      return place.row === "track" ? strip.x + ((place.t - 0.5) * strip.width) / T : null;
    },
    lines(place) {
      const parts = scene?.picture?.parts;
      if (place.row !== "parts" || place.t === null || !parts) return null;
      const whole = parts.reduce((sum, norm) => sum + norm, 0);
      return partLines(scene?.picture?.recurrent ?? "W_hh", place.t, parts[place.t - 1] / whole);
    },
  };
}

/** In one piece, which can be painted again. @param {Frame} frame */
function openPicture({ base, scene, bitmaps, ratio }) {
  const piece = base();
  const paint = (/** @type {CanvasRenderingContext2D} */ target) => {
    drawChrome(target, scene);
    drawRecord(target, scene, bitmaps, ratio);
  };
  piecePainters.set(piece, { paint, ratio });
  return piece;
}

/** @param {import("./layout.js").Box} from @param {import("./layout.js").Box} to @param {number} share */
function between(from, to, share) {
  return {
    x: mix(from.x, to.x, share),
    y: mix(from.y, to.y, share),
    width: mix(from.width, to.width, share),
    height: mix(from.height, to.height, share),
  };
}
