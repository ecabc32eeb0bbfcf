/** As much of a browser as the two canvas views touch: canvases, a window, one queue of animation frames. */
import { recordingContext } from "./recording.js";

export function fakeCanvas(width, height) {
  const listeners = new Map();
  const ctx = recordingContext();
  return {
    width: 0,
    height: 0,
    clientWidth: width,
    clientHeight: height,
    style: {},
    dataset: {},
    above: [],
    before(...below) {
      this.above = below;
    },
    ctx,
    getContext: () => ctx,
    getBoundingClientRect: () => ({ left: 10, top: 20, right: 10 + width, bottom: 20 + height }),
    addEventListener: (name, listener) => listeners.set(name, [...(listeners.get(name) ?? []), listener]),
    /** x and y are measured from the canvas's corner. */
    fire: (name, { x = 0, y = 0, ...rest } = {}) => {
      for (const listener of listeners.get(name) ?? []) listener({ clientX: x + 10, clientY: y + 20, ...rest });
    },
  };
}

/** Installs the globals and returns what runs the frames that were asked for. */
export function fakeBrowser() {
  const frames = [];
  Object.assign(globalThis, {
    document: { createElement: () => fakeCanvas(0, 0), body: { hasAttribute: () => false }, documentElement: {} },
    getComputedStyle: () => ({ fontSize: "100px" }),
    window: {
      devicePixelRatio: 1,
      setTimeout: (callback, ms) => setTimeout(callback, ms),
      clearTimeout: (timer) => clearTimeout(timer),
    },
    requestAnimationFrame: (callback) => frames.push(callback),
    ImageData: class {
      constructor(width, height) {
        Object.assign(this, { width, height, data: new Uint8ClampedArray(width * height * 4) });
      }
    },
  });
  return { runFrames: (now) => frames.splice(0).map((callback) => callback(now)).length };
}
