/** A clock, timers and sockets that do nothing by themselves. */

export function createPlatform() {
  let time = 0;
  let lastTimer = 0;
  const timers = new Map();
  const sockets = [];

  /** Errors that were reported as the browser reports those that nobody caught. */
  const reported = [];

  const platform = {
    sockets,
    reported,
    /** Whether a server is there that answers over HTTP, and how often it was asked. */
    isThere: false,
    asked: 0,
    async answers() {
      platform.asked += 1;
      return platform.isThere;
    },
    report: (error) => reported.push(error),
    now: () => time,
    random: () => 1,
    setTimer(callback, ms) {
      lastTimer += 1;
      timers.set(lastTimer, { at: time + ms, callback });
      return lastTimer;
    },
    clearTimer: (timer) => timers.delete(timer),
    open() {
      const socket = createSocket();
      sockets.push(socket);
      return socket;
    },
    /** Lets time go by; timers that are due go off in order. */
    pass(ms) {
      const end = time + ms;
      for (;;) {
        const due = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
        if (!due) break;
        timers.delete(due[0]);
        time = due[1].at;
        due[1].callback();
      }
      time = end;
    },
  };
  return platform;
}

function createSocket() {
  const socket = {
    readyState: 0,
    sent: [],
    send: (data) => socket.sent.push(typeof data === "string" ? JSON.parse(data) : data),
    open() {
      socket.readyState = 1;
      socket.onopen();
    },
    close() {
      socket.readyState = 3;
      socket.onclose();
    },
  };
  return socket;
}
