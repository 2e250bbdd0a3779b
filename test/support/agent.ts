/**
 * A scripted agent: a program whose every step a test decides, without a clock. Its steps come as arguments, each a JSON array:
 * `["say","text"]`, `["complain","text"]`, `["write","file","text"]`, `["stdin","file"]` (copies its standard input),
 * `["env","file"]` (its environment as JSON), `["args","file"]`, `["wait","file"]` (until the file is there),
 * `["deaf"]` (ignores INT and TERM), `["child","file"]` (a grandchild in its group that sleeps; its pid in the file),
 * `["escape","file"]` (the same in a session of its own), `["flood",bytes]`, `["exit",code]`. The first argument that is no step ends them.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, watch, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

type Step = readonly [string, ...(string | number)[]];

const steps: Step[] = [];
for (const argument of process.argv.slice(2)) {
  if (!argument.startsWith('["')) break;
  steps.push(JSON.parse(argument));
}
for (const step of steps) await run(step);

async function run([kind, first, second]: Step): Promise<void> {
  const file = String(first);
  switch (kind) {
    case 'say':
      return writeAll(1, Buffer.from(file));
    case 'complain':
      return writeAll(2, Buffer.from(file));
    case 'write':
      return writeFileSync(file, String(second));
    case 'stdin':
      return writeFileSync(file, readFileSync(0));
    case 'env':
      return writeFileSync(file, JSON.stringify(process.env));
    case 'args':
      return writeFileSync(file, JSON.stringify(process.argv.slice(2)));
    case 'wait':
      return appears(file);
    case 'deaf':
      process.on('SIGINT', () => {});
      process.on('SIGTERM', () => {});
      return;
    case 'child':
    case 'escape':
      return sleeper(file, kind === 'escape');
    case 'flood':
      return flood(Number(first));
    case 'exit':
      process.exit(Number(first));
  }
}

function sleeper(file: string, detached: boolean): void {
  const code = "process.on('SIGINT', () => {}); process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)";
  const child = spawn(process.execPath, ['-e', code], { detached, stdio: 'ignore' });
  child.unref();
  writeFileSync(file, String(child.pid));
}

function flood(bytes: number): void {
  const chunk = Buffer.alloc(64 * 1024, 'an agent that says the same thing over and over again\n');
  for (let left = bytes; left > 0; left -= chunk.length) writeAll(1, chunk.subarray(0, Math.min(left, chunk.length)));
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}

function appears(file: string): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      if (!existsSync(file)) return;
      watcher.close();
      clearInterval(timer);
      resolve();
    };
    const watcher = watch(dirname(file), done);
    // A watcher may miss what happened while it was set up.
    const timer = setInterval(done, 20);
    done();
  });
}
