/** The box at a pause and at the end: where the plan stands, what this run did, and the commands to go on with. A pure function. */
import type { PauseReason } from '../../core/outcome.ts';
import type { FailureSummary, PhaseSummary, RunSummary } from '../../core/summary.ts';
import { flagWords } from '../../core/weakened.ts';
import { dollars, duration } from './duration.ts';
import { tailLines } from './feed.ts';
import { fitLine, lineColumns, s, spread, type Line, type Stretch, type Style } from './line.ts';
import { columnsOf, count, fit, oneLine, wrap } from './text.ts';
import { wayLines, waysOn, type WayOn } from './ways-on.ts';

const WIDEST = 88;
const NARROWEST = 24;
/** Phases that are listed; a longer plan shows those around the one it stands at. */
const MAX_PHASES = 12;
/** Lines of the failed gate's output. */
const TAIL_LINES = 10;

/** The box, at most `columns` wide. */
export function renderBox(summary: RunSummary, columns: number): Line[] {
  const outer = Math.max(NARROWEST, Math.min(columns, WIDEST));
  const inner = outer - 4;
  const end = ENDINGS[summary.end.type];
  const groups: Line[][] = [
    reason(summary, inner),
    summary.failure === null ? [] : failure(summary.failure, inner),
    phases(summary, inner),
    facts(summary, inner),
    commands(summary),
  ];
  const body = groups.filter((group) => group.length > 0).flatMap((group, index) => (index === 0 ? group : [[], ...group]));
  const word = ` ${end.word} `;
  const title = ` ${fit(oneLine(summary.title), Math.max(1, inner - columnsOf(word) - 4))} `;
  const rule = Math.max(0, outer - 4 - columnsOf(title) - columnsOf(word));
  return [
    [s('╭─', end.style), s(title, 'bold'), s('─'.repeat(rule), end.style), s(word, end.style, 'bold'), s('─╮', end.style)],
    ...body.map((line) => sided(line, inner, end.style)),
    [s(`╰${'─'.repeat(outer - 2)}╯`, end.style)],
  ];
}

const ENDINGS: Readonly<Record<RunSummary['end']['type'], { word: string; style: Style }>> = {
  completed: { word: 'completed', style: 'green' },
  done: { word: 'done', style: 'green' },
  paused: { word: 'paused', style: 'yellow' },
  failed: { word: 'failed', style: 'red' },
};

function sided(line: Line, inner: number, style: Style): Line {
  const cut = fitLine(line, inner);
  return [s('│ ', style), ...cut, s(' '.repeat(Math.max(0, inner - lineColumns(cut)))), s(' │', style)];
}

function reason(summary: RunSummary, inner: number): Line[] {
  const { end } = summary;
  if (end.type === 'failed') return wrap(oneLine(end.reason), inner).map((line) => [s(line, 'red')]);
  if (end.type !== 'paused') return [];
  const said = pauseSentence(end.reason, end.task, phaseTitle(summary, end.phase));
  const reset = end.resetsAt ? [`It resets at ${end.resetsAt}.`] : [];
  // Of a manual phase the sentence says it already.
  const told = summary.failure === null && end.detail !== '' && end.reason !== 'manual_approval_required';
  const detail = told ? wrap(oneLine(end.detail), inner) : [];
  return [...wrap(said, inner).map((line): Line => [s(line, 'yellow')]), ...[...detail, ...reset].map((line): Line => [s(line)])];
}

function phaseTitle(summary: RunSummary, id: string | null): string {
  const phase = summary.phases.find((each) => each.id === id);
  return phase === undefined || phase.title === '' ? 'A phase' : `“${oneLine(phase.title)}”`;
}

/** What a pause waits for, as a sentence. */
export function pauseSentence(why: PauseReason, task: string | null, phase: string): string {
  const named = task === null ? 'a task' : `task ${task}`;
  switch (why) {
    case 'phase_complete':
      return `${phase} is complete, and the plan pauses after it for a look.`;
    case 'manual_approval_required':
      return `The phase is manual: ${named} waits for your word.`;
    case 'task_failed':
      return `It stops at ${named}: its attempts are used up.`;
    case 'human_task':
      return `It is your turn: ${named} is for a person.`;
    case 'budget':
      return 'The budget is used up.';
    case 'rate_limited':
      return 'The agent’s rate limit is reached.';
    case 'requested':
      return 'Paused, as asked.';
    case 'plan_invalid':
      return 'The plan file has errors, and nothing is started from it until they are mended.';
    case 'conflict':
      return 'The work and what stands in the repository do not fit together.';
    case 'remote':
      return 'The remote and this run do not go together any more.';
    case 'reopened':
      return 'The plan said completed, and has open tasks again.';
  }
}

function failure(failed: FailureSummary, inner: number): Line[] {
  const tries = `${count(failed.attempts, 'attempt')}${failed.attempts < failed.maxAttempts ? ` of ${failed.maxAttempts}` : ''}`;
  const lines: Line[] = [spread([s('✘ ', 'red'), s(oneLine(failed.title), 'bold')], [s(tries, 'dim')], inner)];
  for (const line of wrap(oneLine(failed.reason), inner - 2)) lines.push([s(`  ${line}`)]);
  const tail = failed.gate === null ? failed.tail : failed.gate.tail;
  if (tail.trim() !== '') lines.push(...tailLines(tail, TAIL_LINES, '  '));
  if (failed.files.length > 0) {
    const some = failed.files.slice(0, 3).map(oneLine).join(', ');
    const more = failed.files.length > 3 ? ` and ${failed.files.length - 3} more` : '';
    lines.push([s(`  What it left in the work tree: ${some}${more}`, 'dim')]);
  }
  return lines;
}

function phases(summary: RunSummary, inner: number): Line[] {
  const named = summary.phases.filter((phase) => phase.title !== '' || summary.phases.length > 1);
  const open = named.findIndex((phase) => phase.closed < phase.total);
  const from = Math.max(0, Math.min((open === -1 ? named.length : open) - Math.floor(MAX_PHASES / 2), named.length - MAX_PHASES));
  const shown = named.slice(from, from + MAX_PHASES);
  const lines = shown.map((phase) => phaseLine(phase, inner));
  if (from > 0) lines.unshift([s(`  … ${count(from, 'phase')} before`, 'dim')]);
  const after = named.length - from - shown.length;
  if (after > 0) lines.push([s(`  … ${count(after, 'phase')} after`, 'dim')]);
  return lines;
}

function phaseLine(phase: PhaseSummary, inner: number): Line {
  const took = phase.durationMs === null ? '' : duration(phase.durationMs);
  const right: Stretch[] = [s(took, 'dim'), s(`${phase.closed}/${phase.total}`.padStart(9), 'dim')];
  return spread([phaseGlyph(phase), s(` ${oneLine(phase.title) || 'Tasks'}`)], right, inner);
}

/** One character for where a phase stands. */
export function phaseGlyph(phase: Pick<PhaseSummary, 'closed' | 'failed' | 'total'>): Stretch {
  if (phase.failed > 0) return s('✘', 'red');
  if (phase.closed >= phase.total) return s('✔', 'green');
  return phase.closed > 0 ? s('◐', 'yellow') : s('○', 'dim');
}

function facts(summary: RunSummary, inner: number): Line[] {
  const parts = [
    `${summary.closedTasks} of ${count(summary.totalTasks, 'task')} done`,
    `${count(summary.filesChanged, 'file')} changed`,
    count(summary.commits, 'commit'),
    count(summary.attempts, 'attempt'),
    duration(summary.durationMs),
  ];
  if (summary.costUsd !== null) parts.push(dollars(summary.costUsd));
  else if (summary.tokens !== null) parts.push(`${summary.tokens.toLocaleString('en')} tokens, cost unknown`);
  const lines: Line[] = [];
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? part : `${line} · ${part}`;
    if (columnsOf(longer) > inner && line !== '') {
      lines.push([s(line)]);
      line = part;
    } else line = longer;
  }
  lines.push([s(line)]);
  const { next, flags = [] } = summary;
  if (flags.length > 0) lines.push(...wrap(`Worth a look: ${flagWords(flags)}.`, inner).map((part): Line => [s(part, 'yellow')]));
  if (next !== null && summary.failure === null) {
    lines.push([s('Next: ', 'dim'), s(oneLine(next.title)), s(next.phaseTitle === '' ? '' : `  (${oneLine(next.phaseTitle)})`, 'dim')]);
  }
  return lines;
}

function commands(summary: RunSummary): Line[] {
  const { plan, fromCommit, toCommit, failure } = summary;
  const rows: WayOn[] = [];
  if (fromCommit !== null && toCommit !== null && fromCommit !== toCommit) {
    rows.push(['Review', `git diff ${fromCommit.slice(0, 10)}..${toCommit.slice(0, 10)}`], ['', `plans log ${plan}`]);
  }
  rows.push(...waysOn(summary.end, plan, failure?.task ?? null, failure?.dependents ?? []));
  return wayLines(rows);
}
