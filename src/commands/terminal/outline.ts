/** A plan that nobody has run yet, at a glance: phases, tasks, what waits for what. */
import type { Plan } from '../../core/plan.ts';
import { s, type Line } from './line.ts';
import { oneLine, wrap } from './text.ts';

/** Lines of a plan's and of a phase's description that are shown. */
const PLAN_LINES = 12;
const PHASE_LINES = 4;

/** The lines of a plan's outline. */
export function outlineLines(plan: Plan, columns: number): Line[] {
  const lines: Line[] = [[s(oneLine(plan.title), 'bold')], ...paragraphs(plan.description, columns, PLAN_LINES, '')];
  for (const phase of plan.phases) {
    const traits = [phase.executionMode === 'sequential' ? '' : phase.executionMode, phase.pauseAfter ? 'pauses after' : ''].filter(
      Boolean,
    );
    lines.push([], [s(oneLine(phase.title) || 'Tasks', 'bold', 'cyan'), s(traits.length === 0 ? '' : `  ${traits.join(' · ')}`, 'yellow')]);
    lines.push(...paragraphs(phase.description, columns, PHASE_LINES, '  '));
    for (const task of phase.tasks) {
      const who = task.assignee === 'human' ? '  a person' : '';
      lines.push([s('  ○ '), s(oneLine(task.title)), s(`  ${task.id}`, 'dim'), s(who, 'yellow')]);
      const facts = [
        task.dependsOn.length === 0 ? '' : `after ${task.dependsOn.join(', ')}`,
        task.files === undefined ? '' : task.files.join(', '),
      ].filter(Boolean);
      for (const fact of facts) for (const line of wrap(oneLine(fact), columns - 6)) lines.push([s(`      ${line}`, 'dim')]);
    }
  }
  return lines;
}

function paragraphs(text: string, columns: number, most: number, indent: string): Line[] {
  if (text === '') return [];
  const lines = text.split(/\n\s*\n/).flatMap((paragraph) => wrap(oneLine(paragraph), columns - indent.length));
  const shown = lines.slice(0, most).map((line): Line => [s(indent + line)]);
  return lines.length > most ? [...shown, [s(`${indent}…`, 'dim')]] : shown;
}
