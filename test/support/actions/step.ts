/** One step of a job: a script in its shell, with the files through which it speaks to the runner. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ScriptStep {
  readonly script: string;
  /** `bash` (with pipefail), `sh`, or null: bash as it is without the word. */
  readonly shell: string | null;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where the runner's files are; made where it is not there. */
  readonly temp: string;
}

export interface ScriptResult {
  readonly exitCode: number;
  /** Both streams as they came. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** What later steps find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
  readonly summary: string;
}

/** Longest summary of a step, in bytes, as the real runner has it. */
const MAX_SUMMARY_BYTES = 1024 * 1024;
const FILES = { output: 'GITHUB_OUTPUT', env: 'GITHUB_ENV', path: 'GITHUB_PATH', summary: 'GITHUB_STEP_SUMMARY', state: 'GITHUB_STATE' };

/** Runs a script to its end. Its environment is what it is given and nothing of this process's. */
export async function runScript({ script, shell, cwd, env, temp }: ScriptStep): Promise<ScriptResult> {
  mkdirSync(temp, { recursive: true });
  const file = join(temp, 'script.sh');
  writeFileSync(file, script);
  const files = Object.fromEntries(Object.entries(FILES).map(([name, key]) => [key, join(temp, name)]));
  for (const path of Object.values(files)) writeFileSync(path, '');
  const { exitCode, log } = await run(commandOf(shell, file), cwd, { ...env, ...files });
  const read = (name: keyof typeof FILES) => readFileSync(join(temp, name), 'utf8');
  if (Buffer.byteLength(read('summary')) > MAX_SUMMARY_BYTES) throw new Error('a step summary is longer than a megabyte');
  return {
    exitCode,
    log,
    outputs: readPairs(read('output')),
    env: readPairs(read('env')),
    paths: read('path').split('\n').filter(Boolean),
    summary: read('summary'),
  };
}

function commandOf(shell: string | null, file: string): readonly [string, ...string[]] {
  if (shell === null) return ['bash', '-e', file];
  if (shell === 'bash') return ['bash', '--noprofile', '--norc', '-eo', 'pipefail', file];
  if (shell === 'sh') return ['sh', '-e', file];
  throw new Error(`this rig does not know the shell "${shell}"`);
}

function run(
  [program, ...args]: readonly [string, ...string[]],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ exitCode: number; log: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 1, log }));
  });
}

/** `name=value` and `name<<END … END`, as a runner reads its files. Throws for what it would refuse. */
export function readPairs(text: string): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const [, name = '', end] = /^([^=<]+)<<(.+)$/.exec(line) ?? [];
    if (end === undefined) {
      const equals = line.indexOf('=');
      if (equals < 1) throw new Error(`the runner refuses the line "${line}"`);
      pairs[line.slice(0, equals)] = line.slice(equals + 1);
      continue;
    }
    const close = lines.indexOf(end, at + 1);
    if (close < 0) throw new Error(`the runner finds no end "${end}" of "${name}"`);
    pairs[name] = lines.slice(at + 1, close).join('\n');
    at = close;
  }
  return pairs;
}
