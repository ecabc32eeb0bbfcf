/** What of the browser a connection needs, handed to it so that it is tested without one. */
export const BROWSER = {
  open: (/** @type {string} */ url) => new WebSocket(url),
  now: () => performance.now(),
  setTimer: (/** @type {() => void} */ callback, /** @type {number} */ ms) => window.setTimeout(callback, ms),
  clearTimer: (/** @type {number} */ timer) => window.clearTimeout(timer),
  random: Math.random,
  report: (/** @type {unknown} */ error) => window.reportError(error),
};
