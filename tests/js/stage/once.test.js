import assert from "node:assert/strict";
import test from "node:test";
import { layoutStage } from "../../../static/js/stage/layout.js";
import { once } from "../../../static/js/stage/once.js";

const laidOut = () => layoutStage({ width: 764, height: 620, U: 1, T: 6, H: 4, inputRows: 1, lanes: 1 });

test("what follows from a layout is worked out once for each layout and name", () => {
  const [one, other] = [laidOut(), laidOut()];
  let made = 0;
  const of = (layout, what) => once(layout, what, () => (made += 1));
  assert.deepEqual([of(one, "edges"), of(one, "edges"), of(one, "tiles"), of(other, "edges")], [1, 1, 2, 3]);
});
