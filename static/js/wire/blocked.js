/** Tells a network that lets pages through, and no WebSocket, from a server that is away. */

/**
 * Blocked is what no socket opens through although the server answers over HTTP: before one was tried and after it
 * failed, so that the server did not end or begin in between.
 * @param {() => Promise<boolean>} answers whether the server lets sockets open, as it says over HTTP
 * @param {(isBlocked: boolean) => void} tell when that changes
 */
export function createBlocked(answers, tell) {
  /** What it said when it was asked last, and what of that was known when the socket was tried. */
  let answered = false;
  let answeredBefore = false;
  let isAsking = false;
  let isBlocked = false;
  let isOver = false;

  /** @param {boolean} found */
  function take(found) {
    if (found === isBlocked) return;
    isBlocked = found;
    tell(found);
  }

  return {
    is: () => isBlocked,
    /** A socket is tried. */
    tried() {
      answeredBefore = answered;
    },
    /** And could not be opened. */
    async failed() {
      if (isAsking || isOver) return;
      const before = answeredBefore;
      isAsking = true;
      answered = await answers();
      isAsking = false;
      if (!isOver) take(before && answered);
    },
    /** One has opened, or none is wanted any more: what follows is told by others. */
    over() {
      isOver = true;
      isBlocked = false;
    },
  };
}
