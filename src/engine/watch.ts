/** Looks at the plan file while attempts run, so that a pause stops retries, and a cancellation stops at once, however long an attempt takes. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { watchFolder, type FolderWatch } from '../adapters/watch.ts';
import { decisionsOf } from '../core/reclaim.ts';
import type { RunContext } from './context.ts';
import { isPersonsWord } from './outside.ts';
import { decidedIn } from './edits.ts';
import { skippedBy } from './skipped.ts';

/** Looked at so often whether or not the system says that something changed; it is asked to when a run lasts for longer. */
const POLL_MS = 1_000;

/** Watches until the returned function is called. What the runner itself writes is nobody's word, unless it lies on top of somebody's. */
export function watchPlan(context: RunContext): () => void {
  const file = context.workspace.planPath(context.planId);
  let seen = signatureOf(file);
  let asked: 'paused' | 'failed' | null = null;
  let looking = false;
  const look = async () => {
    const reading = await context.plan.look();
    if (reading.type === 'unusable' || asked === 'failed') return;
    const { status } = reading.plan;
    for (const task of skippedBy(context, reading.plan)) context.post({ type: 'task-skipped', task });
    if (status === 'failed' && isMeant(context, reading.plan)) {
      asked = 'failed';
      context.post({ type: 'cancel-requested' });
    } else if (status === 'paused' && asked === null) {
      asked = 'paused';
      context.post({ type: 'pause-requested', by: 'file', now: false });
    } else if ((status === 'running' || status === 'ready') && asked === 'paused') {
      asked = null;
      context.post({ type: 'pause-withdrawn' });
    }
  };
  const own = ownTexts(context, file);
  const check = () => {
    const now = signatureOf(file);
    if (looking || now === seen) return;
    seen = now;
    if (own.isLast()) return;
    looking = true;
    // Read in turn, the runner's own half-done write could pass for a person's word; but a cancellation must not wait for a queue of gates.
    look()
      .catch(() => {})
      .finally(() => {
        looking = false;
        check();
      });
  };
  let hearing: Promise<FolderWatch | null> | null = null;
  const timer = setInterval(() => {
    hearing ??= hear(context, file, check);
    check();
  }, POLL_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    own.forget();
    void hearing?.then((folder) => folder?.close());
  };
}

/** Looks as soon as the system says that the file may have changed; null where it does not, and the next look has to do. */
function hear({ workspace }: RunContext, file: string, check: () => void): Promise<FolderWatch | null> {
  const { root } = workspace;
  const concerns = (name: string) => name === basename(file);
  return watchFolder({ root, folder: dirname(file), concerns, hint: check, fail: () => {} }).catch(() => null);
}

/** Whether a file holds what the runner wrote last, and nothing of anybody else's that was not looked at. */
function ownTexts({ workspace }: RunContext, file: string): { isLast(): boolean; forget(): void } {
  const real = textOr(file, () => realpathSync(file));
  /** As it was last written or looked at. */
  let last: string | null = textOr(null, () => readFileSync(file, 'utf8'));
  let others = false;
  const forget = workspace.files.onWrite(({ path, before, after }) => {
    if (path !== real) return;
    others ||= before !== last;
    last = after;
  });
  return {
    forget,
    isLast: () => {
      const text = textOr(null, () => readFileSync(file, 'utf8'));
      const own = text === last && !others;
      last = text;
      others = false;
      return own;
    },
  };
}

function textOr<T>(otherwise: T, read: () => string): T | string {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** Whether a person gave the plan up: in the checkout it might be the agent's hand, unless a command has said so. */
function isMeant(context: RunContext, plan: RunContext['plan']['plan']): boolean {
  if (isPersonsWord(context)) return true;
  const before = { ...plan, status: 'running' as const };
  const decided = decidedIn(context);
  return decisionsOf(before, plan).every((digest) => decided.has(digest));
}

function signatureOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
}
