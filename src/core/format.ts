/** The text of a new plan. Used once, when a plan is made: afterwards it is edited by splices. */
import { descriptionLines, headingText, refusal, taskLines, titleText, type NewTask } from './embed.ts';
import type { NewPhase } from './plan-edits.ts';
import type { CreatedBy, PlanStatus } from './plan.ts';
import { slugOf } from './slug.ts';
import { yamlLines } from './yaml-text.ts';

export interface NewPlan {
  readonly title: string;
  readonly description?: string;
  readonly status?: PlanStatus;
  readonly createdBy?: CreatedBy;
  /** A first phase with an empty title has no heading, and so neither fields nor a description. */
  readonly phases: readonly (NewPhase & {
    readonly tasks: readonly (NewTask & {
      readonly completed?: boolean;
      /** Prose between the task and the one before it. */
      readonly lead?: string;
    })[];
    /** Prose after the last task. */
    readonly tail?: string;
  })[];
}

/**
 * Formats a plan; its text parses back to the same values. Titles and descriptions that would change the file's structure are refused
 * with a sentence.
 */
export function formatPlan(plan: NewPlan): { readonly text: string } | { readonly refused: string } {
  const title = headingText(plan.title);
  if (typeof title !== 'string') return title;
  const refused = refusal(plan.description ?? '');
  if (refused !== null) return refused;
  const fields = yamlLines({ status: plan.status, createdBy: plan.createdBy });
  const parts: (readonly string[])[] = [
    ...(fields.length === 0 ? [] : [['---', ...fields, '---']]),
    [`# ${title}`],
    ...paragraph(plan.description),
  ];
  for (const [index, phase] of plan.phases.entries()) {
    const lines = phaseParts(phase, index === 0);
    if ('refused' in lines) return lines;
    parts.push(...lines);
  }
  return { text: `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n` };
}

function phaseParts(phase: NewPlan['phases'][number], isFirst: boolean): readonly (readonly string[])[] | { readonly refused: string } {
  const parts: (readonly string[])[] = [];
  if (!(isFirst && phase.title === '')) {
    const title = headingText(phase.title);
    if (typeof title !== 'string') return title;
    const refused = refusal(phase.description ?? '');
    if (refused !== null) return refused;
    const fields = yamlLines(phase.fields ?? {});
    parts.push([`## ${title}`], ...(fields.length === 0 ? [] : [['```yaml', ...fields, '```']]), ...paragraph(phase.description));
  }
  for (const task of phase.tasks) {
    const title = titleText(task.title);
    if (typeof title !== 'string') return title;
    const refused = refusal(task.lead ?? '');
    if (refused !== null) return refused;
    parts.push(...paragraph(task.lead));
    parts.push(taskLines({ ...task, title, mark: task.completed === true ? 'x' : ' ' }, slugOf(title, 'task'), '- '));
  }
  const refused = refusal(phase.tail ?? '');
  return refused ?? [...parts, ...paragraph(phase.tail)];
}

function paragraph(description: string | undefined): readonly (readonly string[])[] {
  const lines = descriptionLines(description ?? '');
  return lines.length === 0 ? [] : [lines];
}
