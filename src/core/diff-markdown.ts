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
import { pageOf, type Part } from './page.ts';
import { htmlText, inlineCode, inlineText } from './markdown-text.ts';
import { fenced } from './quote.ts';
import { visibleText } from './visible.ts';
import { excerptOf, type WordRun } from './word-diff.ts';

/** GitHub refuses a comment of more than 65,536 characters; others stand in it too. */
export const MARKDOWN_MAX = 60_000;
/** Of one plan's raw diff. */
const PATCH_MAX = 20_000;
/** Of the words of one text that differ. */
const WORDS_MAX = 4_000;
/** Words that stay, shown on both sides of those that do not. */
const AROUND = 10;

/** Markdown of at most {@link MARKDOWN_MAX} characters; what is cut is said at the end. Texts of plans show as they are, and do nothing. */
export function markdownOf(diff: PlansDiff): string {
  const risks = diff.plans.reduce((sum, plan) => sum + risksIn(plan), 0);
  const head =
    `**${diff.plans.length === 0 ? 'No plan differs' : plural(diff.plans.length, 'plan')}** between ${inlineText(sideWords(diff.base))} and ${inlineText(sideWords(diff.head))}` +
    (risks === 0 ? '.' : `. ⚠ **${plural(risks, 'key')} to read as code.**`);
  const problems = diff.problems.map((problem) => `- ❌ ${inlineText(problem)}`);
  const parts = [
    comparisonPart([head, ...problems, ...diff.plans.flatMap((plan) => planLines(plan))]),
    patchesPart(diff.plans.map(patchBlock)),
  ];
  return pageOf(
    parts,
    MARKDOWN_MAX,
    (left) =>
      `✂️ **Cut here:** ${left.join(' and ')} had no room in ${MARKDOWN_MAX.toLocaleString('en')} characters. See all of it: \`plans diff\`.`,
  );
}

/** What became of each plan, line by line. */
export function comparisonPart(lines: readonly string[]): Part {
  return { priority: 1, heading: [], blocks: lines, share: Infinity, left: (count) => `${plural(count, 'line')} of the comparison` };
}

/** The raw diffs, which go first where there is no room. */
export function patchesPart(patches: readonly string[]): Part {
  return {
    priority: 9,
    heading: [],
    blocks: patches.filter((patch) => patch !== ''),
    share: 0,
    left: (count) => `the raw diff of ${plural(count, 'file')}`,
  };
}

/** A plan as a heading, with what became of its phases and tasks, and what follows from that; `told`: its errors stand elsewhere on the page. */
export function planLines(plan: PlanDiff, told = false): string[] {
  const { before, after, changes } = plan;
  const version = after ?? before;
  if (version === null) return [];
  const phaseTitle = phaseTitles(plan);
  const lines = ['', `### ${markOfPlan(plan)}${inlineText(version.title)}`, '', summary(before, after), ''];
  for (const [each, when] of [
    [before, 'Before'],
    [after, 'Now'],
  ] as const)
    lines.push(...(told && each === after ? [] : problemLines(each, when)));
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
      return [
        ...(change.of === 'phase' ? [`with ${plural(change.tasks, 'task')}`] : change.status === 'completed' ? ['it was done'] : []),
        ...change.fields.map((field) => fieldText(field, false)),
      ];
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

/** A key with its values, as code. */
export function fieldText({ field, before, after, risk }: FieldChange, isNew: boolean): string {
  const change = isNew ? value(after) : `${value(before)} → ${value(after)}`;
  return risk === null ? `${field}: ${change}` : `⚠ **${field}**: ${change} (${riskWords(risk)})`;
}

/** What went struck through, what came in bold, where blank space cannot break the marks. */
function wordsText(words: readonly WordRun[]): string {
  let text = '';
  for (const run of words) {
    if (text.length > WORDS_MAX) return `${text} … and more: see the raw diff`;
    const [, lead = '', core = '', tail = ''] = /^(\s*)(.*?)(\s*)$/s.exec(run.text) ?? [];
    const plain = inlineText(core);
    const marked = run.type === 'same' || plain === '' ? plain : run.type === 'gone' ? `<del>${plain}</del>` : `<ins>${plain}</ins>`;
    text += `${blank(lead)}${marked}${blank(tail)}`;
  }
  return text;
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

/** The raw diff of a plan file, folded; empty where there is none. */
export function patchBlock({ before, after, patch }: PlanDiff): string {
  return foldedPatch((after ?? before)?.file ?? '', patch);
}

/** A unified diff, folded; empty where there is none. */
export function foldedPatch(file: string, patch: string): string {
  if (patch === '') return '';
  const text = visibleText(patch);
  const end = text.lastIndexOf('\n', PATCH_MAX);
  const shown = text.length <= PATCH_MAX ? text : `${text.slice(0, end < 0 ? PATCH_MAX : end).toWellFormed()}\n… cut`;
  return ['', `<details><summary>${htmlText(file)}: raw diff</summary>`, '', fenced(shown, 'diff'), '', '</details>'].join('\n');
}

export const plural = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;
const value = (text: string | null) => (text === null ? '*nothing*' : inlineCode(text));
const codes = (ids: readonly string[]) => ids.map(inlineCode).join(', ');
const blank = (space: string) => (space === '' ? '' : space.includes('\n') ? ' ⏎ ' : ' ');
