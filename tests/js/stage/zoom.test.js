import assert from "node:assert/strict";
import test from "node:test";
import { listenToGestures } from "../../../static/js/stage/gestures.js";
import { containing, panBy, zoomAt } from "../../../static/js/stage/zoom.js";
import { fakeCanvas } from "./dom.js";

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("zooming keeps what is under the pointer where it is", () => {
  const zoom = zoomAt(null, 500, 0.25, 4);
  near(zoom.to - zoom.from, 125);
  near(zoom.from + 0.25 * 125, 125);
});

test("all timesteps again is no zoom, and six are the fewest", () => {
  assert.equal(zoomAt({ from: 10, to: 90 }, 100, 0.5, 0.1), null);
  const nearest = zoomAt(null, 100, 0.5, 1e9);
  near(nearest.to - nearest.from, 6);
  assert.equal(zoomAt(null, 4, 0.5, 8), null);
});

test("panning stops at both ends and does nothing to the whole", () => {
  assert.deepEqual(panBy({ from: 10, to: 30 }, 100, -50), { from: 0, to: 20 });
  assert.deepEqual(panBy({ from: 10, to: 30 }, 100, 500), { from: 80, to: 100 });
  assert.equal(panBy(null, 100, 5), null);
});

test("a window moves only as far as a timestep needs", () => {
  const zoom = { from: 10, to: 30 };
  assert.equal(containing(zoom, 100, 11), zoom);
  assert.equal(containing(zoom, 100, 30), zoom);
  assert.deepEqual(containing(zoom, 100, 10), { from: 9, to: 29 });
  assert.deepEqual(containing(zoom, 100, 31), { from: 11, to: 31 });
  assert.equal(containing(null, 100, 31), null);
});

function stage(T = 100, scrolls = false) {
  const canvas = fakeCanvas(764, 620);
  const seen = { zoom: null };
  const gestures = listenToGestures(/** @type {any} */ (canvas), {
    axis: () => ({ left: 100, right: 700, T }),
    zoom: () => seen.zoom,
    pinned: () => null,
    scrolls: () => scrolls,
    show: (zoom) => {
      seen.zoom = zoom;
    },
  });
  let prevented = 0;
  const fire = (name, event) =>
    canvas.fire(name, { deltaMode: 0, deltaX: 0, deltaY: 0, ...event, preventDefault: () => prevented++ });
  return { seen, gestures, fire, prevented: () => prevented };
}

test("the wheel zooms about the pointer, sideways it pans; out of the whole the page may scroll", () => {
  const { seen, fire, prevented } = stage();
  fire("wheel", { x: 400, deltaY: 100 });
  assert.equal(prevented(), 0);
  fire("wheel", { x: 400, deltaY: -300 });
  assert.deepEqual(seen.zoom, { from: 25, to: 75 });
  fire("wheel", { x: 400, deltaX: 60 });
  near(seen.zoom.from, 30);
  fire("wheel", { x: 400, deltaY: 60, shiftKey: true });
  near(seen.zoom.from, 35);
  assert.equal(prevented(), 3);
});

test("the wheel is the page's where it scrolls; with Ctrl, as two fingers send it, it zooms", () => {
  const { seen, fire, prevented } = stage(100, true);
  fire("wheel", { x: 400, deltaY: -300 });
  assert.deepEqual([seen.zoom, prevented()], [null, 0]);
  fire("wheel", { x: 400, deltaY: -75, ctrlKey: true });
  assert.deepEqual(seen.zoom, { from: 25, to: 75 });
  fire("wheel", { x: 400, deltaY: 300 });
  assert.deepEqual([seen.zoom, prevented()], [{ from: 25, to: 75 }, 1]);
});

test("dragging moves the picture with the pointer and is no click; nothing can be dragged out of the whole", () => {
  const { seen, fire, gestures } = stage();
  fire("pointerdown", { x: 400, pointerId: 1 });
  fire("pointermove", { x: 300, pointerId: 1, buttons: 1 });
  assert.equal(gestures.dragged(), false);
  seen.zoom = { from: 20, to: 40 };
  fire("pointerdown", { x: 400, pointerId: 1 });
  fire("pointermove", { x: 340, pointerId: 1, buttons: 1 });
  near(seen.zoom.from, 22);
  assert.equal(gestures.dragged(), true);
  fire("pointerup", { x: 340, pointerId: 1 });
  fire("pointerdown", { x: 340, pointerId: 1 });
  assert.equal(gestures.dragged(), false);
  fire("dblclick", {});
  assert.equal(seen.zoom, null);
});

test("two fingers stretch the axis between them", () => {
  const { seen, fire } = stage();
  fire("pointerdown", { x: 300, pointerId: 1 });
  fire("pointerdown", { x: 500, pointerId: 2 });
  fire("pointermove", { x: 700, pointerId: 2, buttons: 1 });
  near(seen.zoom.to - seen.zoom.from, 50);
});

test("the arrow keys with shift zoom and pan", () => {
  const { seen, fire } = stage();
  fire("keydown", { key: "ArrowUp", shiftKey: true });
  near(seen.zoom.to - seen.zoom.from, 100 / 1.5);
  const { from } = seen.zoom;
  fire("keydown", { key: "ArrowRight", shiftKey: true });
  assert.ok(seen.zoom.from > from);
  fire("keydown", { key: "ArrowDown", shiftKey: true });
  assert.equal(seen.zoom, null);
  fire("keydown", { key: "ArrowUp" });
  assert.equal(seen.zoom, null);
});
