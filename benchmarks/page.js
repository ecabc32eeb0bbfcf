// Runs inside the measured page, before its own scripts: counts frames, long tasks and drawn records from outside.
(() => {
  const seen = { frames: [], tasks: [], drawn: [], shown: [], opened: null };
  window.measured = seen;

  // A record counts as drawn when the page acknowledges it; its length tells which change it shows.
  const KEPT = 40;
  let latest = 0;
  const lengthOf = (buffer) => {
    const size = Number(new DataView(buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, size)));
    return header.loss_t ? header.loss_t.shape[0] : latest;
  };
  // The last records as they came, to be shown again without a server: what the page itself needs for each.
  const replayed = { records: [], playing: false };
  const note = (buffer) => {
    if (replayed.playing) return;
    latest = lengthOf(buffer);
    replayed.records.push(buffer);
    if (replayed.records.length > KEPT) replayed.records.shift();
  };
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...where) {
      super(...where);
      window.measuredSocket = this;
      this.addEventListener("message", (event) => {
        if (replayed.playing && event.isTrusted) return event.stopImmediatePropagation();
        if (event.data instanceof ArrayBuffer) note(event.data);
      });
    }
    send(data) {
      if (!replayed.playing) super.send(data);
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

  // So many records once more, each drawn before the next comes, in every second frame as at 30/s. The page is not told
  // that the server is not asked any more; of one that says nothing while another page has its turn it would think that
  // it is lost, and draw nothing.
  const say = (data) => window.measuredSocket.dispatchEvent(new MessageEvent("message", { data }));
  window.replay = async (count) => {
    if (!replayed.playing) setInterval(() => say(JSON.stringify({ type: "still there" })), 500);
    replayed.playing = true;
    const frame = () => new Promise(requestAnimationFrame);
    for (let i = 0; i < count; i++) {
      say(replayed.records[i % replayed.records.length]);
      await frame();
      await frame();
    }
  };

  window.forget = () => {
    for (const key of ["frames", "tasks", "drawn", "shown"]) seen[key].length = 0;
  };
})();
