/** A run as a process of its own, so that it goes on when whoever has begun it ends: the same as `plans run` in a terminal. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Problem } from '../core/problem.ts';
import type { Workspace } from './workspace.ts';

/** Set when the program is built; see `kept-reading.ts`. */
declare const PLANS_BUILD: string | undefined;
/** Between two looks at whether it has begun. Milliseconds. */
const LOOK_MS = 15;
/** A run that has not begun by then waits for something, as for a lease of another machine, and goes on doing so. Milliseconds. */
const BEGIN_MS = 15_000;
/** Characters of what it said that are passed on. */
const MAX_SAID = 4_000;

/** For the server alone: nothing that it starts needs them. */
const OWN_VARIABLES: readonly string[] = ['PLANS_TOKEN', 'PLANS_READ_TOKEN'];

export interface BeginOptions {
  /** As `plans run --from` takes it: a word, or `phase` or `task` and an id. */
  readonly from: readonly string[];
  /** This task alone, in place of `from`. */
  readonly task?: string | undefined;
  /** Where a rate limit pauses the plan and says when it resets, it waits for that and goes on. */
  readonly wait?: boolean | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The program, beside this file where it is bundled. */
function program(): string {
  return fileURLToPath(new URL(typeof PLANS_BUILD === 'string' ? './cli.js' : '../cli.ts', import.meta.url));
}

let counter = 0;

/**
 * Begins a run and gives its id, or null where it has not begun yet and waits. A {@link Problem} with the run's own words where it does not begin;
 * then nothing has changed.
 */
export async function beginRun(
  workspace: Workspace,
  planId: string,
  { from, task, wait = false, env }: BeginOptions,
): Promise<string | null> {
  const folder = join(workspace.stateFolder, 'logs');
  mkdirSync(folder, { recursive: true });
  counter += 1;
  const said = join(folder, `begin-${process.pid}-${counter}.log`);
  const output = openSync(said, 'w', 0o600);
  try {
    const chosen = [...from, ...(task === undefined ? [] : ['--task', task]), ...(wait ? ['--wait'] : [])];
    // A plan's file can have a name that is an option, and is none here.
    const args = [program(), 'run', '--quiet', '--no-color', ...chosen, '--', planId];
    const child = spawn(process.execPath, args, {
      cwd: workspace.root,
      env: Object.fromEntries(Object.entries(env).filter(([name]) => !OWN_VARIABLES.includes(name))),
      // Not a child of the terminal that the server is in: Ctrl-C there is for the server.
      detached: true,
      stdio: ['ignore', 'ignore', output],
    });
    const ended = new Promise<Error | null>((resolve) => {
      child.once('error', resolve);
      child.once('exit', () => resolve(null));
    });
    child.unref();
    return await begun(workspace, planId, { pid: child.pid ?? -1, ended, said });
  } finally {
    closeSync(output);
    rmSync(said, { force: true });
  }
}

async function begun(
  workspace: Workspace,
  planId: string,
  { pid, ended, said }: { readonly pid: number; readonly ended: Promise<Error | null>; readonly said: string },
): Promise<string | null> {
  const store = workspace.store();
  const since = Date.now();
  const found = () => store.runs(planId).find((run) => run.pid === pid && Date.parse(run.startedAt) >= since - BEGIN_MS)?.id;
  let isOver = false;
  let failure: Error | null = null;
  const over = ended.then((error) => {
    isOver = true;
    failure = error;
    return error;
  });
  while (Date.now() - since < BEGIN_MS) {
    store.refresh();
    const id = found();
    if (id !== undefined) return id;
    if (isOver) break;
    await Promise.race([delay(LOOK_MS), over]);
  }
  if (!isOver) return null;
  // It may have ended between the look at the cache and the one at the process.
  const id = found();
  if (id !== undefined) return id;
  const why = failure === null ? readFileSync(said, 'utf8') : (failure as Error).message;
  throw new Problem(
    why
      .replaceAll(/^plans: /gm, '')
      .trim()
      .slice(0, MAX_SAID) || `The run of "${planId}" ended before it began.`,
  );
}
