/** Whether an address leads to a shared run: several servers may answer there, and only one of them holds the run. */

import { command } from "./protocol.js";

const PATIENCE = 5_000;

/** The address under which the balancer finds the server of a shared run. @param {string} url @param {string} run */
export function addressOfRun(url, run) {
  return `${url}?run=${run}`;
}

/**
 * Asks over a socket of its own. Only a server that says it has no such run counts as another one.
 * @param {string} address
 * @param {string} run
 * @param {Pick<import("./connection.js").Platform, "open" | "setTimer" | "clearTimer">} platform
 * @returns {Promise<boolean>}
 */
export function leadsTo(address, run, platform) {
  return new Promise((resolve) => {
    const socket = platform.open(address);
    const timer = platform.setTimer(() => end(true), PATIENCE);

    /** @param {boolean} found */
    function end(found) {
      platform.clearTimer(timer);
      socket.onmessage = () => {};
      socket.onclose = () => {};
      socket.close();
      resolve(found);
    }

    socket.onopen = () => socket.send(JSON.stringify(command.follow(run)));
    socket.onclose = () => end(true);
    socket.onmessage = ({ data }) => {
      const message = typeof data === "string" ? JSON.parse(data) : {};
      if (message.type === "state") end(true);
      if (message.type === "error") end(message.code !== "unknown_run");
    };
  });
}
