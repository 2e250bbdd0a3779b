/** What differs between two versions of plans, as Markdown for a comment on a pull request. */
import type { Change, FieldChange, PlanDiff, PlansDiff, PlanVersion } from './diff-record.ts';
import {
  forecastWords,
  groupsOf,
  isSaidAnew,
  moveWords,
  ordersOf,
  otherId,
  phaseTitles,
  riskWords,
  risksIn,
  sideWords,
  statusWords,
  type ChangeGroup,
} from './diff-words.ts';
import { htmlText, inlineCode, inlineText } from './markdown-text.ts';
import { fenced } from './quote.ts';
import { visibleText } from './visible.ts';
import { excerptOf, type WordRun } from './word-diff.ts';

/** GitHub refuses a comment of more than 65,536 characters; others stand in it too. */
export const MARKDOWN_MAX = 60_000;
/** Kept for saying what was cut. */
const CUT_ROOM = 300;
/** Of one plan's raw diff. */
const PATCH_MAX = 20_000;
/** Words that stay, shown on both sides of those that do not. */
const AROUND = 10;

/** Markdown of at most {@link MARKDOWN_MAX} characters; what is cut is said at the end. Texts of plans show as they are, and do nothing. */
export function markdownOf(diff: PlansDiff): string {
  const risks = diff.plans.reduce((sum, plan) => sum + risksIn(plan), 0);
  const page = new Page(MARKDOWN_MAX - CUT_ROOM);
  page.add(
    `**${diff.plans.length === 0 ? 'No plan differs' : plural(diff.plans.length, 'plan')}** between ${inlineText(sideWords(diff.base))} and ${inlineText(sideWords(diff.head))}` +
      (risks === 0 ? '.' : `. ⚠ **${plural(risks, 'key')} to read as code.**`),
  );
  for (const problem of diff.problems) page.add(`- ❌ ${inlineText(problem)}`);
  for (const plan of diff.plans) for (const line of planLines(plan)) page.add(line);
  for (const plan of diff.plans) page.addWhole(patchLines(plan));
  return page.text();
}

/** Lines up to a size. What comes after the first that has no room is counted. */
class Page {
  readonly #max: number;
  readonly #lines: string[] = [];
  #size = 0;
  #cut = 0;
  #cutPatches = 0;

  constructor(max: number) {
    this.#max = max;
  }

  add(line: string): void {
    if (this.#cut > 0 || this.#size + line.length + 1 > this.#max) {
      if (line !== '') this.#cut += 1;
      return;
    }
    this.#lines.push(line);
    this.#size += line.length + 1;
  }

  /** All of these lines or none. */
  addWhole(lines: readonly string[]): void {
    const size = lines.reduce((sum, line) => sum + line.length + 1, 0);
    if (this.#cut > 0 || this.#size + size > this.#max) this.#cutPatches += lines.length === 0 ? 0 : 1;
    else for (const line of lines) this.add(line);
  }

  text(): string {
    const cut = [
      ...(this.#cut === 0 ? [] : [`${plural(this.#cut, 'line')} of the comparison`]),
      ...(this.#cutPatches === 0 ? [] : [`the raw diff of ${plural(this.#cutPatches, 'plan')}`]),
    ];
    if (cut.length === 0) return this.#lines.join('\n');
    const where = this.#max + CUT_ROOM;
    return [
      ...this.#lines,
      '',
      `✂️ **Cut here:** ${cut.join(' and ')} had no room in ${where.toLocaleString('en')} characters. See all of it: \`plans diff\`.`,
    ].join('\n');
  }
}

function planLines(plan: PlanDiff): string[] {
  const { before, after, changes } = plan;
  const version = after ?? before;
  if (version === null) return [];
  const phaseTitle = phaseTitles(plan);
  const lines = ['', `### ${markOfPlan(plan)}${inlineText(version.title)}`, '', summary(before, after), ''];
  for (const [each, when] of [
    [before, 'Before'],
    [after, 'Now'],
  ] as const)
    lines.push(...problemLines(each, when));
  if (plan.type !== 'removed') {
    for (const { id, title, own, tasks } of groupsOf(changes, phaseTitle)) {
      if (id === null) lines.push(...(own === null ? [] : detailLines(own, phaseTitle, '')));
      else if (own === null) lines.push('', `**${inlineText(title || 'Tasks')}**`, '');
      else lines.push('', headLine(own), '', ...detailLines(own, phaseTitle, ''));
      for (const task of tasks) lines.push(`- ${headLine(task)}`, ...detailLines(task, phaseTitle, '  '));
    }
  }
  return [...lines, ...consequences(plan)];
}

function markOfPlan({ type }: PlanDiff): string {
  switch (type) {
    case 'added':
      return '➕ New plan: ';
    case 'removed':
      return '➖ Deleted plan: ';
    case 'renamed':
    case 'modified':
      return '';
  }
}

function summary(before: PlanVersion | null, after: PlanVersion | null): string {
  const both = (of: (version: PlanVersion) => string) =>
    [...new Set([before, after].flatMap((each) => (each === null ? [] : [of(each)])))].join(' → ');
  return [both(({ file }) => inlineCode(file)), both(({ status }) => status), `${both(({ done, tasks }) => `${done}/${tasks}`)} done`].join(
    ' · ',
  );
}

function problemLines(version: PlanVersion | null, when: string): string[] {
  if (version === null || version.valid) return [];
  return version.diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ line, column, rule, message }) => `- ❌ ${when}, line ${line}, column ${column}: ${inlineText(message)} (${rule})`);
}

function headLine({ of, id, title, changes }: ChangeGroup): string {
  const renamed = changes.find((change) => change.type === 'renamed');
  const words = renamed === undefined || renamed.before === renamed.after ? inlineText(title || 'Tasks') : wordsText(renamed.words);
  return `${markOf(changes)} ${of === 'phase' ? `**${words}**` : words} ${inlineCode(id)}`;
}

function markOf(changes: readonly Change[]): string {
  const types = new Set(changes.map(({ type }) => type));
  if (types.has('added')) return '➕';
  if (types.has('removed')) return '➖';
  const status = changes.find((change) => change.type === 'status');
  if (status !== undefined) return status.after === 'completed' ? '☑️' : status.after === 'failed' ? '❌' : '⬜';
  return types.size === 1 && types.has('moved') ? '↕️' : '✏️';
}

function detailLines(group: ChangeGroup, phaseTitle: (id: string) => string, indent: string): string[] {
  const lines = group.changes.flatMap((change) => changeLines(change, phaseTitle));
  return [...(isSaidAnew(group) ? ['⚠ it was done when it said something else'] : []), ...lines].map((line) => `${indent}- ${line}`);
}

function changeLines(change: Change, phaseTitle: (id: string) => string): string[] {
  switch (change.type) {
    case 'added':
      return [...(change.status === 'completed' ? ['⚠ comes ticked'] : []), ...change.fields.map((field) => fieldText(field, true))];
    case 'removed':
      if (change.of === 'phase') return [`with ${plural(change.tasks, 'task')}`];
      return change.status === 'completed' ? ['it was done'] : [];
    case 'moved':
      return [inlineText(moveWords(change, phaseTitle))];
    case 'renamed':
      return [
        ...(change.of === 'plan' ? [`title: ${wordsText(change.words)}`] : []),
        ...(otherId(change) === null ? [] : [`id: ${inlineCode(change.was ?? '')} → ${inlineCode(change.id)}`]),
      ];
    case 'reworded':
      return [wordsText(excerptOf(change.words, AROUND))];
    case 'status':
      return [change.commit === null ? `**${statusWords(change)}**` : statusWords(change)];
    case 'changed':
      return change.fields.map((field) => fieldText(field, false));
  }
}

function fieldText({ field, before, after, risk }: FieldChange, isNew: boolean): string {
  const change = isNew ? value(after) : `${value(before)} → ${value(after)}`;
  return risk === null ? `${field}: ${change}` : `⚠ **${field}**: ${change} (${riskWords(risk)})`;
}

/** What went struck through, what came in bold, where blank space cannot break the marks. */
function wordsText(words: readonly WordRun[]): string {
  return words
    .map(({ type, text }) => {
      const [, lead = '', core = '', tail = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
      const plain = inlineText(core);
      const marked = type === 'same' || plain === '' ? plain : type === 'gone' ? `<del>${plain}</del>` : `<ins>${plain}</ins>`;
      return `${blank(lead)}${marked}${blank(tail)}`;
    })
    .join('');
}

function consequences(plan: PlanDiff): string[] {
  const { ready, orphaned } = plan;
  const forecast = forecastWords(plan);
  const orders = ordersOf(plan);
  const lines = [
    ...orphaned.map(({ task, missing, now }) => {
      const remedy = now === null ? '' : `; it is called ${inlineCode(now)} now`;
      return `- ❌ ${inlineCode(task)} depends on ${inlineCode(missing)}, which is gone${remedy}`;
    }),
    ...(ready.length === 0 ? [] : [`- ▶️ can start now: ${codes(ready)}`]),
    ...(orders === null ? [] : [`- order before: ${codes(orders.before)}`, `- order now: ${codes(orders.after)}`]),
    ...(forecast === null ? [] : [`- still to do: ${forecast.before === null ? '' : `${forecast.before} → `}**${forecast.after}**`]),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}

function patchLines({ before, after, patch }: PlanDiff): string[] {
  const file = (after ?? before)?.file ?? '';
  if (patch === '') return [];
  const text = visibleText(patch);
  const end = text.lastIndexOf('\n', PATCH_MAX);
  const shown = text.length <= PATCH_MAX ? text : `${text.slice(0, end < 0 ? PATCH_MAX : end).toWellFormed()}\n… cut`;
  return ['', `<details><summary>${htmlText(file)}: raw diff</summary>`, '', fenced(shown, 'diff'), '', '</details>'];
}

const plural = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;
const value = (text: string | null) => (text === null ? '*nothing*' : inlineCode(text));
const codes = (ids: readonly string[]) => ids.map(inlineCode).join(', ');
const blank = (space: string) => (space === '' ? '' : space.includes('\n') ? ' ⏎ ' : ' ');
