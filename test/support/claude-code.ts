/**
 * A `claude` for PATH that replays a stream which the real one printed (`test/fixtures/claude-code`; `{cwd}` stands for its folder). It keeps its
 * arguments and what it was asked, so that a test can look at them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FIXTURES = join(import.meta.dirname, '../fixtures/claude-code');

export type Recording =
  | 'success'
  | 'budget'
  | 'turns'
  | 'denied'
  | 'guess'
  | 'older'
  | 'subagent'
  | 'credit'
  | 'refusal'
  | 'login'
  | 'limit'
  | 'refused';

/** What it printed, line by line. */
export function recorded(name: Recording): string[] {
  return readFileSync(join(FIXTURES, `${name}.ndjson`), 'utf8')
    .trimEnd()
    .split('\n');
}

export interface Replay {
  readonly lines: readonly string[];
  readonly exitCode?: number;
  readonly complains?: string;
  /** It does not end by itself. */
  readonly stays?: boolean;
  /** Files that it writes, relative to its folder. */
  readonly writes?: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly args: readonly string[];
  readonly prompt: string;
}

/** Puts it into a folder. One replay for each call, the last for every further one; what it was asked is read with the function that comes back. */
export function installClaude(folder: string, ...replays: readonly Replay[]): () => Asked[] {
  const log = join(folder, 'claude.asked');
  writeFileSync(log, '');
  const code = `#!${process.execPath}
const { appendFileSync, mkdirSync, readFileSync, writeFileSync, writeSync } = require('node:fs');
const { dirname } = require('node:path');
const replays = ${JSON.stringify(replays)};
const log = ${JSON.stringify(log)};
const prompt = readFileSync(0, 'utf8');
const before = readFileSync(log, 'utf8').split('\\n').length - 1;
appendFileSync(log, JSON.stringify({ args: process.argv.slice(2), prompt }) + '\\n');
const { lines, exitCode = 0, complains = '', stays = false, writes = {} } = replays[Math.min(before, replays.length - 1)];
for (const [file, text] of Object.entries(writes)) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
const cwd = JSON.stringify(process.cwd()).slice(1, -1);
for (const line of lines) writeSync(1, line.replaceAll('{cwd}', () => cwd) + '\\n');
writeSync(2, complains);
process.exitCode = exitCode;
if (stays) setInterval(() => {}, 1e6);
`;
  writeFileSync(join(folder, 'claude'), code, { mode: 0o755 });
  return () =>
    readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Asked);
}
