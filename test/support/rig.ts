/** A repository with one plan, and a run of it whose events a test can answer as they happen. */
import type { PublishedEvent, RunEvent } from '../../src/core/event.ts';
import type { RunSummary } from '../../src/core/summary.ts';
import { runPlan } from '../../src/engine/run.ts';
import type { RunOptions } from '../../src/engine/run.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import type { Repository } from './repository.ts';
import { createRepository } from './repository.ts';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

export interface Rig extends AsyncDisposable {
  readonly repository: Repository;
  readonly events: RunEvent[];
  /** Runs the plan; `on` is called at each event, before the run goes on. */
  run(options?: Partial<RunOptions> & { readonly on?: (event: RunEvent, pause: (now: boolean) => void) => void }): Promise<RunSummary>;
  /** The events of one type so far. */
  of<T extends RunEvent['type']>(type: T): EventOf<T>[];
  plan(): Promise<string>;
}

/** Makes the repository: `tasks` is the Markdown below the plan's H1. The plan's id is `demo`, its status `ready` unless `status` says else. */
export async function rig(tasks: string, files: Readonly<Record<string, string>> = {}, status = 'ready'): Promise<Rig> {
  const repository = await createRepository();
  await repository.commit('init', {
    'README.md': 'hello\n',
    'plans/demo.plan.md': `---\nstatus: ${status}\n---\n\n# Demo\n\n${tasks}`,
    ...files,
  });
  const events: RunEvent[] = [];
  return {
    repository,
    events,
    run: async ({ on, ...options } = {}) => {
      const workspace = await openWorkspace(repository.root);
      let pause: ((now: boolean) => void) | null = null;
      try {
        return await runPlan(workspace, 'demo', {
          env: process.env,
          ...options,
          control: (control) => (pause = control),
          publish: ({ event }: PublishedEvent) => {
            events.push(event);
            on?.(event, (now) => pause?.(now));
          },
        });
      } finally {
        await workspace.close();
      }
    },
    of: (type) => events.filter((event): event is EventOf<typeof type> => event.type === type),
    plan: () => repository.read('plans/demo.plan.md'),
    [Symbol.asyncDispose]: () => repository.dispose(),
  };
}

/** A task that runs a shell command. `fields` are further lines of its frontmatter. */
export function task(id: string, run: string, ...fields: readonly string[]): string {
  const lines = [`id: ${id}`, `run: ${JSON.stringify(run)}`, ...fields];
  return `- [ ] Do ${id}\n\n  \`\`\`yaml\n${lines.map((line) => `  ${line}\n`).join('')}  \`\`\`\n\n`;
}

/** The files of a config with the given gates. */
export function gates(...list: readonly { readonly name: string; readonly run: string }[]): Record<string, string> {
  return { 'plans.config.json': JSON.stringify({ qa: { gates: list } }) };
}

/** One trailer of a commit message. */
export function trailer(message: string, key: string): string | undefined {
  return new RegExp(`^${key}: (.*)$`, 'm').exec(message)?.[1];
}
