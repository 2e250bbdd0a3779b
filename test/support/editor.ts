/**
 * A person's editor without any care: reads the file, thinks for a moment, saves what it read with a change, every 3 to 15 ms, in the
 * way it is told. Each save adds a line of its own; every third also changes the text of a task. Started with `fork`; reports what it
 * saved after each save; ends on any message.
 */
import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const [path = '', mode = 'rename', seed = '1'] = process.argv.slice(2);
let state = Number(seed);
const stop = new AbortController();
process.on('message', () => stop.abort());

const titles: Record<string, number> = {};
let saves = 0;
/** The longest time between a look at the file and the end of its save, in milliseconds. */
let slowest = 0;
while (!stop.signal.aborted) {
  await delay(3 + random(13));
  const readAt = performance.now();
  const text = read();
  if (text === null) continue;
  saves += 1;
  let changed = `${text}edit ${saves}\n`;
  if (saves % 3 === 0) {
    const task = random(1_000);
    changed = changed.replace(new RegExp(`(\\[[ x]\\] Task ${task}\\b).*`), `$1 as of ${saves}`);
    titles[task] = saves;
  }
  if (random(2) === 0) await delay(random(4));
  await save(changed);
  slowest = Math.max(slowest, performance.now() - readAt);
  process.send?.({ saves, titles, slowest });
}
process.disconnect();

function read(): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

async function save(text: string): Promise<void> {
  if (mode === 'rename') {
    writeFileSync(`${path}~`, text);
    renameSync(`${path}~`, path);
  } else if (mode === 'in-place') {
    writeFileSync(path, text);
  } else {
    const file = openSync(path, 'w');
    if (random(2) === 0) await delay(1);
    const half = Math.floor(text.length / 2);
    writeSync(file, text.slice(0, half));
    if (random(2) === 0) await delay(1);
    writeSync(file, text.slice(half));
    closeSync(file);
  }
}

function random(limit: number): number {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((state / 2_147_483_648) * limit);
}
