/** A drawing context that only writes down what it is asked, and bitmaps whose pixels can be read. */

/** @returns {any} a 2D context; `calls` holds [method, ...arguments], `set` what was assigned, in order */
export function recordingContext() {
  const calls = [];
  const state = { font: "10px sans-serif" };
  const stack = [];
  const methods = {
    save: () => stack.push({ ...state }),
    restore: () => Object.assign(state, stack.pop() ?? {}),
    measureText: (text) => ({ width: text.length * 0.58 * Number.parseFloat(state.font.match(/([\d.]+)px/)[1]) }),
    arc: (_x, _y, radius) => refuseNegative(radius),
    ellipse: (_x, _y, ...radii) => refuseNegative(...radii.slice(0, 2)),
  };
  return new Proxy(
    { calls, state },
    {
      get(target, name) {
        if (name in target) return target[name];
        if (name in state) return state[name];
        return (...args) => {
          calls.push([name, ...args, { ...state }]);
          return methods[name]?.(...args);
        };
      },
      set(_target, name, value) {
        state[name] = value;
        return true;
      },
    },
  );
}

/** As a browser does. @param {...number} radii */
function refuseNegative(...radii) {
  for (const radius of radii) if (radius < 0) throw new RangeError(`a radius of ${radius}`);
}

/** All texts a context was asked to draw. */
export function textsOf(ctx) {
  return ctx.calls.filter(([name]) => name === "fillText").map(([, text]) => text);
}

/** Calls of one method: [arguments…, state]. */
export function callsOf(ctx, method) {
  return ctx.calls.filter(([name]) => name === method).map(([, ...rest]) => rest);
}

export function recordingBitmaps() {
  const made = new Map();
  const bitmaps = (name) => {
    if (!made.has(name)) {
      const bitmap = {
        canvas: { name },
        pixels: new Uint32Array(0),
        width: 0,
        height: 0,
        begin(width, height) {
          Object.assign(bitmap, { width, height, pixels: new Uint32Array(width * height) });
          return bitmap.pixels;
        },
        end() {},
      };
      made.set(name, bitmap);
    }
    return made.get(name);
  };
  return bitmaps;
}
