/** Rules that look at the plan as a whole: shape, ids, dependencies, statuses, and names of the config. */
import type { Span } from './diagnostic.ts';
import { findCycle } from './cycle.ts';
import { editFields } from './field-edits.ts';
import type { Frontmatter, Phase, Plan, Task } from './plan.ts';
import type { Finding } from './rules.ts';
import { shellWord } from './shell.ts';
import { slugOf } from './slug.ts';
import { suggest } from './suggest.ts';

/** Names that the config defines or that are built in. */
export interface Known {
  readonly gates: ReadonlySet<string>;
  readonly agents: ReadonlySet<string>;
}

/** What a plan may be called: it is a word of command lines and of commit subjects, and a part of file names and refs. */
const PLAN_NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u;

/** Wrong dependencies of a plan up to which an unknown id is compared with all that there are: each costs as much as there are tasks. */
const COMPARED_MAX = 50;

export function nameFindings(text: string, plan: Plan): readonly Finding[] {
  if (PLAN_NAME.test(plan.id)) return [];
  const name = shellWord(`${plan.id}.plan.md`);
  const message = `A plan has the name of its file, and ${name} gives it none that can be used: letters, digits, "-", "." and "_", beginning with a letter or a digit. Rename the file: git mv ${name.startsWith('-') ? `./${name}` : name} ${slugOf(plan.id, 'plan')}.plan.md`;
  return [{ rule: 'plan-name', message, span: { offset: 0, length: Math.min(1, text.length) } }];
}

export function shapeFindings(text: string, plan: Plan): readonly Finding[] {
  if (plan.phases.every((phase) => phase.tasks.length === 0)) {
    const message = 'This plan has no tasks. A task is a list item with a checkbox: "- [ ] title".';
    return [{ rule: 'plan-without-tasks', message, span: plan.place.heading ?? { offset: 0, length: Math.min(1, text.length) } }];
  }
  return plan.phases
    .filter((phase) => phase.tasks.length === 0)
    .map((phase) => {
      const message = `The phase "${phase.title}" has no tasks. Add one, or make the heading a "###" of the phase before.`;
      return { rule: 'phase-without-tasks', message, span: phase.place.headingLine ?? phase.place.section };
    });
}

export function statusFindings(text: string, plan: Plan): readonly Finding[] {
  const findings: Finding[] = [];
  for (const task of tasksOf(plan)) {
    const place = task.place.frontmatter?.fields.get('status');
    if (place === undefined || task.place.frontmatter === null || task.status !== 'completed') continue;
    const written = text.slice(place.value.offset, place.value.offset + place.value.length);
    const message = `The box of "${task.title}" is ticked, and "status: ${written}" says otherwise. The box counts; remove the status.`;
    const edits = editFields(text, task.place.frontmatter, { status: null, attempts: null, error: null }, plan.place.eol);
    findings.push({ rule: 'contradictory-status', message, span: place.value, fix: { title: 'Remove the status', edits } });
  }
  return findings;
}

export function idFindings(plan: Plan): readonly Finding[] {
  return [
    ...duplicates(tasksOf(plan), 'task', (task) => fieldSpan(task.place.frontmatter, 'id') ?? task.place.title),
    ...duplicates(plan.phases, 'phase', (phase) => fieldSpan(phase.place.frontmatter, 'id') ?? phase.place.heading ?? phase.place.section),
  ];
}

function duplicates<Item extends { readonly id: string; readonly title: string }>(
  items: readonly Item[],
  noun: string,
  place: (item: Item) => Span,
): readonly Finding[] {
  const first = new Map<string, Item>();
  const findings: Finding[] = [];
  for (const item of items) {
    const other = first.get(item.id);
    if (other === undefined) first.set(item.id, item);
    else {
      const message = `The ${noun} "${item.title}" has the id "${item.id}", as "${other.title}" has. Give one of them another "id:".`;
      findings.push({ rule: 'duplicate-id', message, span: place(item) });
    }
  }
  return findings;
}

export function dependencyFindings(plan: Plan): readonly Finding[] {
  const findings: Finding[] = [];
  const phaseOfTask = new Map<string, number>();
  for (const [index, phase] of plan.phases.entries()) for (const task of phase.tasks) phaseOfTask.set(task.id, index);
  for (const [index, phase] of plan.phases.entries()) {
    for (const task of phase.tasks) {
      for (const id of task.dependsOn) {
        const finding = dependencyFinding(plan, task, id, index, { phaseOfTask, isCompared: findings.length < COMPARED_MAX });
        if (finding !== null) findings.push(finding);
      }
    }
  }
  const cycle = findCycle(tasksOf(plan));
  const first = cycle === null ? undefined : tasksOf(plan).find((task) => task.id === cycle[0]);
  if (cycle !== null && first !== undefined && cycle.length > 2) {
    const message = `These tasks wait for each other: ${cycle.join(' → ')}. Remove one of the dependencies.`;
    findings.push({ rule: 'dependency-cycle', message, span: fieldSpan(first.place.frontmatter, 'dependsOn') ?? first.place.title });
  }
  return findings;
}

function dependencyFinding(
  plan: Plan,
  task: Task,
  id: string,
  phase: number,
  { phaseOfTask, isCompared }: { readonly phaseOfTask: ReadonlyMap<string, number>; readonly isCompared: boolean },
): Finding | null {
  const span = fieldSpan(task.place.frontmatter, 'dependsOn') ?? task.place.title;
  if (id === task.id) return { rule: 'self-dependency', message: `"${id}" depends on itself. Remove it from "dependsOn".`, span };
  const other = phaseOfTask.get(id);
  if (other === undefined) {
    const meant = isCompared ? suggest(id, phaseOfTask.keys()) : null;
    const hint = meant === null ? 'Name the id of a task in this phase or an earlier one.' : `Did you mean "${meant}"?`;
    return { rule: 'unknown-dependency', message: `"${task.id}" depends on "${id}", and there is no such task. ${hint}`, span };
  }
  if (other <= phase) return null;
  const later = plan.phases[other]?.title ?? '';
  const message = `"${task.id}" depends on "${id}", which stands in the later phase "${later}". Move one of the two.`;
  return { rule: 'later-dependency', message, span };
}

export function configFindings(plan: Plan, known: Known): readonly Finding[] {
  return [...plan.phases, ...tasksOf(plan)].flatMap((owner) => ownerFindings(owner, known));
}

function ownerFindings(owner: Phase | Task, known: Known): readonly Finding[] {
  const findings: Finding[] = [];
  const { frontmatter } = owner.place;
  if (frontmatter === null) return findings;
  const { block } = frontmatter;
  for (const gate of owner.gates ?? []) {
    if (known.gates.has(gate)) continue;
    const message = `The config has no gate "${gate}". ${hintOf(gate, known.gates)}`;
    findings.push({ rule: 'unknown-gate', message, span: fieldSpan(frontmatter, 'gates') ?? block });
  }
  if (owner.agent !== undefined && !known.agents.has(owner.agent)) {
    const message = `There is no agent "${owner.agent}". ${hintOf(owner.agent, known.agents)}`;
    findings.push({ rule: 'unknown-agent', message, span: fieldSpan(frontmatter, 'agent') ?? block });
  }
  return findings;
}

function hintOf(name: string, known: ReadonlySet<string>): string {
  const meant = suggest(name, known);
  if (meant !== null) return `Did you mean "${meant}"?`;
  return known.size === 0 ? 'It defines none.' : `Known: ${[...known].join(', ')}.`;
}

function fieldSpan(frontmatter: Frontmatter | null, key: string): Span | undefined {
  return frontmatter?.fields.get(key)?.value;
}

function tasksOf(plan: Plan): readonly Task[] {
  return plan.phases.flatMap((phase) => phase.tasks);
}
