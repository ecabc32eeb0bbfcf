/** Where lanes are opened: their modules are fetched when somebody compares for the first time. */

import { byId } from "../lib/dom.js";
import { keptPast } from "../run/snapshots.js";

/** @typedef {Omit<import("./compare.js").Page, "ended">} Page */
/** @typedef {Page["store"]} PageSwitch */

const KEYS = ["1", "2", "3", "4"];

/** @param {Page} page */
export function createLanesEntry(page) {
  const button = byId("compare");
  /** @type {import("./compare.js").Compare | null} */
  let compare = null;
  let opening = false;

  /** @param {import("./compare.js").Beginning[]} [beginnings] of the lanes beside the first; none for a copy of it */
  async function open(beginnings) {
    if (!isAlone()) return;
    opening = true;
    page.store.dispatch({ type: "fold", folded: false });
    page.store.dispatch({ type: "slow", slow: null });
    try {
      const { createCompare } = await import("./compare.js");
      compare = createCompare({ ...page, ended: closed });
      show(true);
      await compare.open(beginnings);
    } finally {
      opening = false;
    }
  }

  /** No lanes, and none on their way. */
  function isAlone() {
    return !opening && compare === null;
  }

  function closed() {
    compare = null;
    show(false);
  }

  /** @param {boolean} open */
  function show(open) {
    button.setAttribute("aria-pressed", String(open));
  }

  button.addEventListener("click", () => (compare ? compare.end() : void open()));

  return {
    isAlone,
    /** @param {import("../wire/protocol.js").Config[]} configs of the lanes beside the first */
    open: (configs) => open(configs.map((config) => ({ config }))),
    /** One network again. */
    end: () => compare?.end(),
    /** Of all lanes; none where there is one network. */
    states: () => compare?.states() ?? [],
    choose: (/** @type {number} */ index) => compare?.choose(index),
    /** A copy of the network as it is shown becomes a lane. */
    add: () => (compare ? void compare.add() : void open()),
    /** After a reload. @param {import("../run/keeper.js").Found} kept */
    takeUp({ lanes: [first, ...others] }) {
      page.active.current().past.restore(keptPast(first));
      if (others.length > 0) void open(others.map((kept) => ({ config: kept.config, kept })));
    },
    all: () => compare?.all() ?? [{ store: page.store.chosen(), session: page.active.current() }],
    draw: (/** @type {number} */ now, /** @type {boolean} */ reads) =>
      compare?.draw(now, reads) ?? Number.POSITIVE_INFINITY,
    keys: Object.fromEntries(KEYS.map((key, index) => [key, () => compare?.choose(index)])),
  };
}
