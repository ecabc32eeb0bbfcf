import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createTabs } from "../../../static/js/kit/tabs.js";

function fakeTab(name, shown = true) {
  const attributes = {};
  const listeners = {};
  return {
    name,
    attributes,
    focused: 0,
    tabIndex: 0,
    checkVisibility: () => shown,
    setAttribute: (key, value) => Object.assign(attributes, { [key]: value }),
    addEventListener: (key, listener) => Object.assign(listeners, { [key]: listener }),
    focus() {
      this.focused += 1;
    },
    click: () => listeners.click(),
    press(key) {
      const event = {
        key,
        currentTarget: this,
        prevented: false,
        preventDefault: () => Object.assign(event, { prevented: true }),
      };
      listeners.keydown(event);
      return event.prevented;
    },
  };
}

let tabs, opened, row;
beforeEach(() => {
  tabs = [fakeTab("a"), fakeTab("b"), fakeTab("hidden", false), fakeTab("d")];
  opened = [];
  row = createTabs(tabs, (index) => opened.push(index));
});

test("the chosen tab alone is selected, and alone in the order of the Tab key", () => {
  row.show(1);
  assert.deepEqual(
    tabs.map(({ attributes, tabIndex }) => [attributes["aria-selected"], tabIndex]),
    [
      ["false", -1],
      ["true", 0],
      ["false", -1],
      ["false", -1],
    ],
  );
});

test("a click opens a tab", () => {
  tabs[3].click();
  assert.deepEqual(opened, [3]);
});

test("the arrows open and focus the next tab that is shown, around both ends", () => {
  for (const [from, key, to] of [
    [1, "ArrowRight", 3],
    [3, "ArrowRight", 0],
    [0, "ArrowLeft", 3],
    [3, "ArrowLeft", 1],
  ]) {
    const before = tabs[to].focused;
    assert.ok(tabs[from].press(key), `${key} is taken`);
    assert.equal(opened.at(-1), to, `${key} from ${tabs[from].name}`);
    assert.equal(tabs[to].focused, before + 1);
  }
});

test("Home and End open the first and the last tab", () => {
  tabs[1].press("End");
  tabs[3].press("Home");
  assert.deepEqual(opened, [3, 0]);
});

test("every other key is left to the page", () => {
  assert.equal(tabs[0].press("f"), false);
  assert.deepEqual(opened, []);
});
