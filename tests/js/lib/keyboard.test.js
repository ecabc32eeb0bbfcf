import assert from "node:assert/strict";
import test from "node:test";
import { keyOf, listenToKeys } from "../../../static/js/lib/keyboard.js";
import { createKeyStore } from "../../../static/js/lib/storage.js";

/** A page, and elements of which only the kind is known. */
function setUp(kept = new Map()) {
  const listeners = {};
  const page = {
    addEventListener: (kind, listener) => (listeners[kind] = listener),
    querySelector: () => null,
  };
  const element = (kind) => {
    const one = {
      ownerDocument: page,
      matches: (selector) => selector.split(", ").some((part) => part.split(":")[0] === kind),
      closest: (selector) => (selector.includes(kind) ? one : null),
    };
    return one;
  };
  const storage = createKeyStore(() => ({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
  }));
  const done = [];
  const keys = { " ": () => done.push("play"), r: () => done.push("reset"), ArrowRight: () => done.push("step") };
  const listening = listenToKeys(page, keys, storage);
  const event = (target, key, more) => {
    const all = { key, code: "", target, defaultPrevented: false, ...more };
    all.preventDefault = () => {
      all.defaultPrevented = true;
    };
    return all;
  };
  return {
    listening,
    element,
    done,
    kept,
    fire(kind, target, key = "", more = {}) {
      const one = event(target, key, more);
      listeners[kind](one);
      return one;
    },
  };
}

test("a key on another layout is known by its place, a Latin one by what it types", () => {
  assert.equal(keyOf({ key: "к", code: "KeyR" }), "r");
  assert.equal(keyOf({ key: "١", code: "Digit1" }), "1");
  assert.equal(keyOf({ key: "ю", code: "Period" }), ".");
  assert.equal(keyOf({ key: "R", code: "KeyP" }), "r", "Dvorak");
  assert.equal(keyOf({ key: "ArrowRight", code: "ArrowRight" }), "ArrowRight");
});

test("keys that type a character can be switched off, and stay so; the others go on", () => {
  const all = setUp();
  const body = all.element("body");
  all.fire("keydown", body, "r");
  all.listening.setOn(false);
  assert.equal(all.fire("keydown", body, "r").defaultPrevented, false);
  all.fire("keydown", body, " ");
  all.fire("keydown", body, "ArrowRight");
  assert.deepEqual(all.done, ["reset", "play", "step"]);
  const later = setUp(all.kept);
  assert.equal(later.listening.areOn(), false);
  later.listening.setOn(true);
  assert.equal(setUp(all.kept).listening.areOn(), true);
});

test("Space on the button that started something that plays, or on a slider, plays and pauses", () => {
  const all = setUp();
  for (const kind of ["[data-space-plays]", "input[type=range]"]) all.fire("keydown", all.element(kind), " ");
  assert.deepEqual(all.done, ["play", "play"]);
  assert.equal(all.fire("keydown", all.element("input[type=range]"), "ArrowRight").defaultPrevented, false);
});

test("Space on a button that the keyboard went to is the button's", () => {
  const all = setUp();
  const button = all.element("button");
  assert.equal(all.fire("keydown", button, " ").defaultPrevented, false);
  assert.equal(all.fire("keyup", button, " ").defaultPrevented, false);
  assert.deepEqual(all.done, []);
});

test("Space after a click on a button plays, once: neither press nor release clicks the button again", () => {
  const all = setUp();
  const button = all.element("button");
  all.fire("pointerdown", button);
  assert.equal(all.fire("keydown", button, " ").defaultPrevented, true);
  assert.equal(all.fire("keyup", button, " ").defaultPrevented, true);
  assert.deepEqual(all.done, ["play"]);
  all.fire("keydown", button, "Tab");
  assert.equal(all.fire("keydown", button, " ").defaultPrevented, false, "Tab makes it a button of the keyboard");
});
