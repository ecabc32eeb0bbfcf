/**
 * A socket that is opened while the page is still being fetched. What happens on it before anybody listens is told to
 * whoever takes it, in its order.
 */

const KINDS = /** @type {const} */ (["open", "message", "error", "close"]);

/**
 * @param {string} url
 * @param {(url: string) => WebSocket} open
 */
export function openAhead(url, open) {
  const socket = open(url);
  socket.binaryType = "arraybuffer";
  /** @type {Event[]} */
  const missed = [];
  const note = (/** @type {Event} */ event) => void missed.push(event);
  for (const kind of KINDS) socket.addEventListener(kind, note);
  let isTaken = false;

  return {
    /** The socket, for the first who wants one to this address and then sets its handlers; null for everybody else. @param {string} address */
    take(address) {
      if (isTaken || address !== url) return null;
      isTaken = true;
      for (const kind of KINDS) socket.removeEventListener(kind, note);
      queueMicrotask(() => {
        for (const event of missed) Reflect.get(socket, `on${event.type}`)?.(event);
      });
      return socket;
    },
  };
}
