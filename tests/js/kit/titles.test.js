import assert from "node:assert/strict";
import test from "node:test";
import { showTitles } from "../../../static/js/kit/titles.js";

/** As much of an element as titles touch. */
function thing(title, inside = []) {
  const attributes = new Map();
  const one = {
    title,
    isConnected: true,
    style: {},
    dataset: {},
    contains: (other) => other === one || inside.includes(other),
    closest: () => (one.title ? one : null),
    matches: () => true,
    getClientRects: () => [1],
    getBoundingClientRect: () => ({ left: 0, top: 0, width: 40, bottom: 20 }),
    hasAttribute: (name) => attributes.has(name),
    getAttribute: (name) => attributes.get(name) ?? null,
    setAttribute: (name, value) => attributes.set(name, value),
    removeAttribute: (name) => attributes.delete(name),
    append: () => {},
    replaceChildren: () => {},
    showPopover: () => {},
    hidePopover: () => {},
  };
  return one;
}

function shown() {
  Object.assign(globalThis, {
    document: {
      createElement: () => thing(""),
      createTextNode: (text) => text,
      getElementById: () => thing(""),
    },
    window: { innerWidth: 1280, innerHeight: 720 },
  });
  const listeners = new Map();
  const page = { addEventListener: (name, listener) => listeners.set(name, listener) };
  let due = () => {};
  const tip = showTitles(/** @type {any} */ (page), {
    setTimer: (callback) => {
      due = callback;
      return 1;
    },
    clearTimer: () => {
      due = () => {};
    },
  });
  const mouse = (name, target) => listeners.get(name)({ target, pointerType: "mouse" });
  return { tip, mouse, rest: () => due() };
}

test("what a pointer rests on says what it is, and its title is its own again afterwards", () => {
  const { tip, mouse, rest } = shown();
  const [play, step] = [thing("Play or pause"), thing("One update")];
  mouse("pointerover", play);
  assert.equal(tip.of(), null, "not at once");
  rest();
  assert.equal(tip.of(), play);
  assert.equal(play.title, "", "the browser shows it a second time otherwise");
  mouse("pointerover", step);
  rest();
  assert.equal(tip.of(), step);
  assert.equal(play.title, "Play or pause");
});

test("a click hides the words until the pointer has been elsewhere, whatever the click changes under it", () => {
  const { tip, mouse, rest } = shown();
  const icon = thing("");
  const [play, step] = [thing("Play or pause", [icon]), thing("One update")];
  mouse("pointerover", play);
  rest();
  mouse("pointerdown", play);
  assert.equal(tip.of(), null);
  mouse("pointerup", play);
  mouse("pointerover", icon);
  rest();
  assert.equal(tip.of(), null, "the icon of Pause comes under the pointer");
  mouse("pointerover", step);
  mouse("pointerover", play);
  rest();
  assert.equal(tip.of(), play);
});
