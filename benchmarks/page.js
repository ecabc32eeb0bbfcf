// Runs inside the measured page, before its own scripts: counts frames, long tasks and drawn records from outside.
(() => {
  const seen = { frames: [], tasks: [], drawn: [], shown: [], opened: null };
  window.measured = seen;

  // A record counts as drawn when the page acknowledges it; its length tells which change it shows.
  let latest = 0;
  const lengthOf = (buffer) => {
    const size = Number(new DataView(buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, size)));
    return header.h ? header.h.shape[0] - 1 : latest;
  };
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...where) {
      super(...where);
      window.measuredSocket = this;
      this.addEventListener("message", ({ data }) => {
        if (data instanceof ArrayBuffer) latest = lengthOf(data);
      });
    }
    send(data) {
      super.send(data);
      if (typeof data === "string" && data.includes('"ack"')) {
        const now = performance.now();
        seen.drawn.push(now);
        seen.shown.push(latest);
      }
    }
  };

  let previous = 0;
  const frame = (now) => {
    if (previous) seen.frames.push(now - previous);
    previous = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.tasks.push({ at: entry.startTime, ms: entry.duration });
  }).observe({ type: "longtask", buffered: true });

  // The slider's track is logarithmic; the page says where a length stands on it.
  window.setLength = (T) => {
    const slider = document.querySelector('[data-field="sequence_length"] input[type="range"]');
    const [low, high] = [2, 500].map(Math.log);
    const [min, max] = [Number(slider.min), Number(slider.max)];
    slider.value = String(min + ((Math.log(T) - low) / (high - low)) * (max - min));
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    slider.dispatchEvent(new Event("change", { bubbles: true }));
  };

  window.forget = () => {
    for (const key of ["frames", "tasks", "drawn", "shown"]) seen[key].length = 0;
  };
})();
