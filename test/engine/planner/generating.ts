/** What the tests of the planner share: a repository, a scripted Claude, and a call. */
import type { PublishedPlannerEvent } from '../../../src/core/event.ts';
import type { PlanAnswer } from '../../../src/core/generation-answer.ts';
import { generatePlan, type Generated, type GenerateRequest } from '../../../src/engine/planner/generate.ts';
import { openWorkspace } from '../../../src/engine/workspace.ts';
import { answers } from '../../support/messages-reply.ts';
import { scriptedMessages, type MessagesServer, type Turn } from '../../support/messages-server.ts';
import { createRepository, type Repository } from '../../support/repository.ts';

type Task = PlanAnswer['phases'][number]['tasks'][number];

export function task(id: string, more: Partial<Task> = {}): Task {
  const made = { description: `Write \`${id}\`.`, acceptanceCriteria: ['It is there.'], files: [`src/${id}.ts`], dependsOn: [] };
  return { title: `Write ${id}`, id, ...made, assignee: 'agent', ...more };
}

export function planOf(...tasks: readonly Task[]): PlanAnswer {
  const phase = { title: 'Write', description: '', executionMode: 'sequential' as const, pauseAfter: false, tasks: [...tasks] };
  return { description: 'People are greeted.', phases: [phase] };
}

export const GOOD = answers(planOf(task('hello')));

interface Generating extends AsyncDisposable {
  readonly repository: Repository;
  readonly server: MessagesServer;
  readonly events: PublishedPlannerEvent[];
  generate(request?: Partial<GenerateRequest>): Promise<Generated>;
}

/** A repository with one commit, and a Claude that answers with `turns`. */
export async function generating(turns: Parameters<typeof scriptedMessages>[0], files: Record<string, string> = {}): Promise<Generating> {
  const repository = await createRepository({ 'README.md': '# Greet\n', ...files });
  const server = await scriptedMessages(turns);
  const events: PublishedPlannerEvent[] = [];
  return {
    repository,
    server,
    events,
    async generate(request = {}) {
      const workspace = await openWorkspace(repository.root);
      try {
        const env = { PATH: process.env['PATH'], ...server.environment };
        return await generatePlan(workspace, { title: 'Greet people', env, ...request }, (event) => events.push(event));
      } finally {
        await workspace.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await repository.dispose();
    },
  };
}

/** What was asked in a request: the text of its last message. */
export function lastPrompt({ requests }: MessagesServer, index: number): string {
  const content = requests[index]?.body.messages?.at(-1)?.content ?? '';
  return typeof content === 'string' ? content : content.map((block) => ('text' in block ? String(block['text']) : '')).join('');
}

export type { Turn };
