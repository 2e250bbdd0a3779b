/** Shared by the benchmarks: medians, ratios against a yardstick of the same run, and repositories of a size. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The command as it was built. */
export const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

/** Milliseconds that `work` took. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** The median and what 95 and 99 of a hundred do not exceed. */
export function spread(values: readonly number[]): { readonly median: number; readonly p95: number; readonly p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
  return { median: median(sorted), p95: at(0.95), p99: at(0.99) };
}

/** Runs both in turn, A B A B, so that a noisy machine is noisy for both; medians in milliseconds and the median of the ratios pair by pair. */
export async function compare(
  rounds: number,
  ours: () => unknown,
  yardstick: () => unknown,
): Promise<{ ours: number; yardstick: number; ratio: number }> {
  await ours();
  await yardstick();
  const pairs: [number, number][] = [];
  for (let round = 0; round < rounds; round += 1) pairs.push([await timed(ours), await timed(yardstick)]);
  return { ours: median(pairs.map(([a]) => a)), yardstick: median(pairs.map(([, b]) => b)), ratio: median(pairs.map(([a, b]) => a / b)) };
}

/** One line of the report. `limit` is the ratio that was set as the aim. */
export function report(
  what: string,
  result: { ours: number; yardstick: number; ratio: number },
  yardstick: string,
  limit: number,
  unit = 'ms',
): void {
  const verdict = result.ratio <= limit ? 'ok' : 'OVER';
  console.log(
    `${what.padEnd(58)} ${fixed(result.ours).padStart(9)} ${unit}  ${fixed(result.ratio).padStart(6)} × ${yardstick} (${fixed(result.yardstick)} ${unit})  aim ≤ ${limit}  ${verdict}`,
  );
}

export function fixed(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

const folders: string[] = [];

/** A folder that is gone when the process ends. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'plans-bench-')));
  folders.push(folder);
  if (folders.length === 1) process.on('exit', () => folders.forEach((one) => rmSync(one, { recursive: true, force: true })));
  return folder;
}

/** A git repository with `count` small files in folders of 100, and `extra` files, all committed. */
export function repositoryOf(count: number, extra: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder();
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'ignore' });
  for (let index = 0; index < count; index += 1) {
    const folder = join(root, 'src', String(Math.floor(index / 100)));
    if (index % 100 === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${index}.txt`), `${index}\n`);
  }
  for (const [name, text] of Object.entries(extra)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  git('init', '-q', '-b', 'main');
  for (const [key, value] of [
    ['user.name', 'Bench'],
    ['user.email', 'bench@example.org'],
    ['commit.gpgSign', 'false'],
    ['gc.auto', '0'],
  ] as const)
    git('config', key, value);
  git('add', '-A');
  git('commit', '-q', '-m', 'first');
  return root;
}

/** Plan files by path: `count` plans of `tasks` tasks each, in phases of `perPhase`, every third task of the first half done. */
export function plansOf(count: number, tasks: number, perPhase = 10): Record<string, string> {
  const files: Record<string, string> = {};
  for (let plan = 0; plan < count; plan += 1) {
    let text = `---\nstatus: ready\n---\n\n# Plan ${plan}\n\nWhat it is about, in a sentence or two.\n`;
    for (let index = 0; index < tasks; index += 1) {
      if (index % perPhase === 0) text += `\n## Phase ${index / perPhase}\n\n`;
      const box = index % 3 === 0 && index < tasks / 2 ? 'x' : ' ';
      const depends = index % perPhase === 0 ? '' : `  dependsOn: [t${index - 1}]\n`;
      text += `- [${box}] Task ${index} of the plan\n\n  \`\`\`yaml\n  id: t${index}\n${depends}  \`\`\`\n\n  Write \`src/part${index}.ts\` with what **task ${index}** asks for, and a test.\n\n`;
    }
    files[`plans/plan-${plan}.plan.md`] = text;
  }
  return files;
}

/** Runs Node to its end, which has to be a good one. */
export function node(args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
}

/** Says what a process has needed at the most, in KiB, as it sees it at its end. Linux puts what started it into `maxRSS`, and counts it anew in `VmHWM`. */
const PEAK = `
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const status = '/proc/self/status';
process.on('exit', () => {
  const peak = existsSync(status) ? /VmHWM:\\s*(\\d+)/.exec(readFileSync(status, 'utf8'))[1] : process.resourceUsage().maxRSS;
  writeFileSync(process.env.PLANS_BENCH_PEAK, String(peak));
});`;

/** Peak memory of a command, in MiB. */
export function peakMib(args: readonly string[], cwd: string): number {
  const file = join(temporaryFolder(), 'peak');
  process.env['PLANS_BENCH_PEAK'] = file;
  node(['--import', `data:text/javascript,${encodeURIComponent(PEAK)}`, CLI, ...args], cwd);
  return Number(readFileSync(file, 'utf8')) / 1024;
}
