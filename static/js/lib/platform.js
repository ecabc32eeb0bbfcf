import { addressOf } from "./address.js";

/** So long a server may take to say how it is, ms. */
const PATIENCE = 3000;

/** What of the browser a connection needs, handed to it so that it is tested without one. */
export const BROWSER = {
  open: (/** @type {string} */ url) => new WebSocket(url),
  /**
   * Whether it is the server who answers, and not what stands in front of it, and lets sockets open: one that ends does
   * not; one that is full does, and says so inside.
   */
  async answers() {
    try {
      const answer = await fetch(addressOf("readyz"), { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      const { status } = await answer.json();
      return status === "ready" || status === "full";
    } catch {
      return false;
    }
  },
  now: () => performance.now(),
  setTimer: (/** @type {() => void} */ callback, /** @type {number} */ ms) => window.setTimeout(callback, ms),
  clearTimer: (/** @type {number} */ timer) => window.clearTimeout(timer),
  random: Math.random,
  report: (/** @type {unknown} */ error) => window.reportError(error),
};
