/** What a page measures of itself: loaded into it before its own scripts, as `stopwatch`. Times are milliseconds. */
const pause = () =>
  new Promise((resolve) => {
    setTimeout(resolve, 4);
  });
const clock = () => performance.timeOrigin + performance.now();
const frame = () =>
  new Promise((resolve) => {
    requestAnimationFrame(resolve);
  });

const stopwatch = {
  /** When each selector that is watched for was first there, since the page was asked for. */
  seen: {},
  /** The end of the last task that kept the page busy for 50 ms or more. */
  busyUntil: 0,
  /** From each key, as the system has it, to the end of the frame that shows what it did. */
  keys: [],
  /** By the clock of the system: events of changed plans, and changes of the title that is looked at. */
  events: [],
  shown: [],

  watchFor(selector) {
    new MutationObserver(() => {
      if (document.querySelector(selector) !== null) stopwatch.seen[selector] ??= performance.now();
    }).observe(document, { childList: true, subtree: true });
  },

  /** Between frames while the page scrolls on from where it is, 100 pixels with each. */
  async frames(count) {
    const found = [];
    let last = await frame();
    for (let index = 0; index < count; index += 1) {
      scrollBy(0, 100);
      const now = await frame();
      found.push(now - last);
      last = now;
    }
    return found;
  },

  /** The last event and the last change, once there are so many of both. */
  async after(count) {
    while (stopwatch.events.length < count || stopwatch.shown.length < count) await pause();
    return [stopwatch.events.at(-1), stopwatch.shown.at(-1)];
  },

  listen(selector) {
    new EventSource('/api/events').addEventListener('message', ({ data }) => {
      if (data.includes('"plans-changed"')) stopwatch.events.push(clock());
    });
    new MutationObserver(() => stopwatch.shown.push(clock())).observe(document.querySelector(selector), {
      characterData: true,
      subtree: true,
    });
  },
};

new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) stopwatch.busyUntil = startTime + duration;
}).observe({ type: 'longtask', buffered: true });

addEventListener(
  'keydown',
  ({ timeStamp }) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener('message', () => stopwatch.keys.push(performance.now() - timeStamp));
      port1.start();
      port2.postMessage(null);
    });
  },
  true,
);

globalThis.stopwatch = stopwatch;
