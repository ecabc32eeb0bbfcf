import assert from "node:assert/strict";
import test from "node:test";
import { createStore, createSwitch } from "../../../static/js/lib/store.js";

const count = (state, { by }) => (by === 0 ? state : { ...state, n: state.n + by });

test("a watcher is called with the new and the old value, and only when its part changed", () => {
  const store = createStore({ n: 1, other: 0 }, count);
  const seen = [];
  store.watch(
    ({ n }) => n,
    (value, previous) => seen.push([value, previous]),
  );
  store.watch(
    ({ other }) => other,
    () => assert.fail("this part never changes"),
  );
  store.dispatch({ by: 2 });
  store.dispatch({ by: 0 });
  assert.deepEqual(seen, [[3, 1]]);
});

test("a watcher that was ended hears nothing more", () => {
  const store = createStore({ n: 1 }, count);
  const end = store.watch(
    ({ n }) => n,
    () => assert.fail("it was ended"),
  );
  end();
  store.dispatch({ by: 1 });
  assert.equal(store.get().n, 2);
});

test("a switch is the chosen store: another choice is a change to whoever watches", () => {
  const [one, two] = [createStore({ n: 1 }, count), createStore({ n: 5 }, count)];
  const both = createSwitch(one);
  const seen = [];
  both.watch(
    ({ n }) => n,
    (value) => seen.push(value),
  );
  both.dispatch({ by: 1 });
  two.dispatch({ by: 1 });
  both.choose(two);
  one.dispatch({ by: 1 });
  both.dispatch({ by: 1 });
  assert.deepEqual(seen, [2, 6, 7]);
  assert.deepEqual([one.get().n, two.get().n], [3, 7]);
  assert.equal(both.chosen(), two);
});
