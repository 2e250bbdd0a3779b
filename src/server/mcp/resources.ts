/** Plans and tasks as resources: the Markdown of the file. */
import type { ListResourcesResult, ReadResourceResult, ResourceTemplateType } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import { PAGE } from '../paging.ts';
import { Refusal } from '../problem.ts';
import type { ApiPlan, PlanPage } from '../shape.ts';
import type { Ask } from './ask.ts';

const MARKDOWN = 'text/markdown';

export const TEMPLATES: readonly ResourceTemplateType[] = [
  {
    name: 'plan',
    title: 'Plan',
    uriTemplate: 'plans://{repository}/{plan}',
    mimeType: MARKDOWN,
    description: 'A plan as its file has it.',
  },
  {
    name: 'task',
    title: 'Task',
    uriTemplate: 'plans://{repository}/{plan}/{task}',
    mimeType: MARKDOWN,
    description: 'A task as its file has it.',
  },
];

/** The address of a plan. */
export function planUri(repository: string, plan: string): string {
  return `plans://${repository}/${encodeURIComponent(plan)}`;
}

/** The plans, newest first. */
export async function listResources(ask: Ask, cursor: string | undefined): Promise<ListResourcesResult> {
  const page = (await ask('GET', ['plans'], { query: { limit: PAGE.most, after: cursor } })) as z.infer<typeof PlanPage>;
  return { resources: page.plans.map(resourceOf), ...(page.next === null ? {} : { nextCursor: page.next }) };
}

function resourceOf({ repositoryId, slug, title, status, valid, completedTasks, totalTasks, updatedAt }: ApiPlan) {
  return {
    uri: planUri(repositoryId, slug),
    name: slug,
    title,
    description: valid ? `${status}, ${completedTasks} of ${totalTasks} tasks done` : 'has errors',
    mimeType: MARKDOWN,
    ...(updatedAt === null ? {} : { annotations: { lastModified: updatedAt } }),
  };
}

/** The text at an address. A {@link Refusal} where there is none. */
export async function readResource(ask: Ask, uri: string): Promise<ReadResourceResult> {
  const [repository, plan, task] = partsOf(uri);
  const path = task === undefined ? ['plans', `${repository}:${plan}`, 'source'] : ['tasks', `${repository}:${plan}:${task}`, 'source'];
  const { text } = (await ask('GET', path)) as { readonly text: string };
  return { contents: [{ uri, mimeType: MARKDOWN, text }] };
}

function partsOf(uri: string): readonly string[] {
  const [, ...parts] = /^plans:\/\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(uri) ?? [];
  try {
    if (parts.length > 0) return parts.filter((part) => part !== undefined).map(decodeURIComponent);
  } catch {
    // Said below.
  }
  throw new Refusal(
    'not-found',
    `There is nothing at "${uri.slice(0, 200)}": a plan is at plans://REPOSITORY/PLAN, a task at plans://REPOSITORY/PLAN/TASK.`,
  );
}
