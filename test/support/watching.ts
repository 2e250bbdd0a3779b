/** A workspace that is watched, and the events as they come: tests wait for these, and never for a time. */
import type { PlanChange, WatchEvent } from '../../src/core/watch-event.ts';
import { watchWorkspace, type WatchOptions } from '../../src/engine/watcher.ts';
import { openWorkspace, type Workspace } from '../../src/engine/workspace.ts';

export interface Watched extends AsyncDisposable {
  readonly workspace: Workspace;
  readonly events: readonly WatchEvent[];
  /** All changes that were told so far. */
  changes(): readonly PlanChange[];
  /** Resolves once `holds` does: looked at after each event, and at once. */
  until(holds: () => boolean): Promise<void>;
}

export async function watched(root: string, options: WatchOptions = {}): Promise<Watched> {
  const workspace = await openWorkspace(root);
  const events: WatchEvent[] = [];
  const waiting = new Set<() => void>();
  const watching = watchWorkspace(
    workspace,
    ({ event }) => {
      events.push(event);
      for (const look of waiting) look();
    },
    options,
  );
  await watching.ready;
  return {
    workspace,
    events,
    changes: () => events.flatMap((event) => (event.type === 'plans-changed' ? event.plans : [])),
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          if (!holds()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      await watching.close();
      await workspace.close();
    },
  };
}
