/** A shared run's lesson asks those who follow its question when it is opened, and shows them the answer when it is out. */

import { command } from "../wire/protocol.js";

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {(message: import("../wire/protocol.js").Command) => Promise<unknown>} request
 * @param {(counts: import("../wire/protocol.js").CountsMessage | null) => void} showCounts
 */
export function createAsking(store, request, showCounts) {
  /** @type {{slug: string, options: number, revealed: boolean} | null} */
  let open = null;

  function ask() {
    const { shared, connection } = store.get();
    if (!open || open.revealed || !shared || connection.status !== "open") return;
    void request(command.ask(open.slug, open.options));
  }

  function show() {
    const { shared, counts } = store.get();
    showCounts(shared && counts !== null && counts.scene === open?.slug ? counts : null);
  }

  // Shared while the question is open, or on another server since.
  store.watch(({ shared, connection }) => shared && connection.status === "open", ask);
  store.watch(({ counts }) => counts, show);

  return {
    /** @param {string} slug @param {number} options */
    open(slug, options) {
      if (open?.slug === slug) return;
      open = { slug, options, revealed: false };
      ask();
      show();
    },

    reveal() {
      if (!open || open.revealed) return;
      open.revealed = true;
      if (store.get().shared) void request(command.reveal());
    },

    close() {
      open = null;
    },
  };
}
