/** Changes of the configuration on their way: one in flight, thirty a second, and the last value always. */

/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../wire/requests.js").Answer} Answer */

export const CHANGE_INTERVAL = 1000 / 30;

/**
 * @param {Pick<import("../wire/connection.js").Platform, "now" | "setTimer" | "clearTimer">} platform
 * @param {(changes: Config) => Promise<Answer>} send
 * @param {(wanted: Config) => void} tell what was asked for and has not been answered
 */
export function createChanges(platform, send, tell) {
  /** @type {Config} */
  let unsent = {};
  /** @type {Config} */
  let sent = {};
  let sentAt = Number.NEGATIVE_INFINITY;
  let timer = 0;
  let isOpen = false;

  async function go() {
    timer = 0;
    const changes = unsent;
    unsent = {};
    sent = changes;
    sentAt = platform.now();
    const answer = await send(changes);
    sent = {};
    // All or nothing: what was refused because of another field goes again without it.
    if (answer?.type === "error" && answer.field && Object.keys(changes).length > 1) {
      const { [answer.field]: _refused, ...others } = changes;
      if (Object.keys(others).length < Object.keys(changes).length) unsent = { ...others, ...unsent };
    }
    tell(unsent);
    schedule();
  }

  function schedule() {
    if (!isOpen || timer !== 0 || Object.keys(sent).length > 0 || Object.keys(unsent).length === 0) return;
    const wait = sentAt + CHANGE_INTERVAL - platform.now();
    if (wait <= 0) void go();
    else timer = platform.setTimer(go, wait);
  }

  return {
    /** @param {Config} changes */
    add(changes) {
      unsent = { ...unsent, ...changes };
      tell({ ...sent, ...unsent });
      schedule();
    },

    /** Where the run is between two places, changes wait. @param {boolean} open */
    setOpen(open) {
      isOpen = open;
      schedule();
    },

    /** What has not been sent is not wanted any more. */
    drop() {
      unsent = {};
    },

    /** Nobody will answer. */
    forget() {
      isOpen = false;
      unsent = {};
      sent = {};
      platform.clearTimer(timer);
      timer = 0;
      tell({});
    },
  };
}
