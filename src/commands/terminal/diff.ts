/** What differs between two versions of plans, as a terminal shows it. */
import type { Change, FieldChange, PlanDiff, PlansDiff, PlanVersion } from '../../core/diff-record.ts';
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
  type PhaseGroup,
} from '../../core/diff-words.ts';
import { shellWord } from '../../core/shell.ts';
import { visibleText } from '../../core/visible.ts';
import { excerptOf, type WordRun } from '../../core/word-diff.ts';
import { fitLine, s, spread, type Line, type Stretch, type Style } from './line.ts';
import { statusStretch } from './status-words.ts';
import { count, oneLine } from './text.ts';
import { wrapLine } from './wrap.ts';

/** Words that stay, shown on both sides of those that do not. */
const AROUND = 6;
/** Columns before the title of a task, and before what is said of it. */
const INDENT = 2;
const DETAIL = 6;

interface Look {
  readonly columns: number;
  /** Without colours, `[-…-]` and `{+…+}` say what went and what came, as in `git diff --word-diff`. */
  readonly color: boolean;
}

/** All plans that differ. */
export function renderDiff(diff: PlansDiff, look: Look): Line[] {
  const between = `${sideWords(diff.base)} → ${sideWords(diff.head)}`;
  const risks = diff.plans.reduce((sum, plan) => sum + risksIn(plan), 0);
  const facts = [
    diff.plans.length === 0 ? 'no plan differs' : count(diff.plans.length, 'plan'),
    risks === 0 ? '' : `⚠ ${count(risks, 'key')} to read as code`,
  ].filter((fact) => fact !== '');
  return [
    spread([s(oneLine(visibleText(between)), 'dim')], [s(facts.join(' · '), risks === 0 ? 'dim' : 'yellow')], look.columns),
    ...diff.problems.map((problem) => fitLine([s('✘ ', 'red'), s(oneLine(problem))], look.columns)),
    ...diff.plans.flatMap((plan) => [[], ...planLines(plan, look)]),
  ];
}

function planLines(plan: PlanDiff, look: Look): Line[] {
  const { before, after } = plan;
  const version = after ?? before;
  if (version === null) return [];
  const head = spread(
    [...planMark(plan), s(shown(version.title), 'bold'), s(`  ${oneLine(version.id)}`, 'dim')],
    [...statusChange(before, after), s(`  ${progress(before, after)}`, 'dim')],
    look.columns,
  );
  const place = before !== null && after !== null && before.file !== after.file ? `${shellWord(before.file)} → ` : '';
  return [head, fitLine([s(`${place}${shellWord(version.file)}`, 'dim')], look.columns), ...renderChanges(plan, look)];
}

/** What became of one plan, without its name. */
export function renderChanges(plan: PlanDiff, look: Look): Line[] {
  const { before, after, changes } = plan;
  const phaseTitle = phaseTitles(plan);
  return [
    ...[before, after].flatMap((each, index) => problemLines(each, index === 0 ? 'before' : 'now', look)),
    ...(plan.type === 'removed' ? [] : groupsOf(changes, phaseTitle).flatMap((group) => phaseLines(group, phaseTitle, look))),
    ...consequences(plan, look),
  ];
}

function planMark({ type }: PlanDiff): Line {
  switch (type) {
    case 'added':
      return [s('+ ', 'green'), s('new plan ', 'green')];
    case 'removed':
      return [s('− ', 'red'), s('deleted plan ', 'red')];
    case 'renamed':
      return [s('↕ ', 'cyan')];
    case 'modified':
      return [];
  }
}

function statusChange(before: PlanVersion | null, after: PlanVersion | null): Line {
  if (before === null || after === null || before.status === after.status) {
    const version = after ?? before;
    return version === null ? [] : [statusStretch(version.status, null)];
  }
  return [s(`${before.status} → `, 'dim'), statusStretch(after.status, null)];
}

function progress(before: PlanVersion | null, after: PlanVersion | null): string {
  const [old, now] = [before, after].map((each) => (each === null ? '' : `${each.done}/${each.tasks}`));
  return [old, now].filter((each, index, all) => each !== '' && (index === 0 || each !== all[0])).join(' → ');
}

function problemLines(version: PlanVersion | null, when: string, { columns }: Look): Line[] {
  if (version === null || version.valid) return [];
  return version.diagnostics
    .filter(({ severity }) => severity === 'error')
    .flatMap(({ line, column, rule, message }) => [
      fitLine([s('  ✘ ', 'red'), s(`${when}, ${line}:${column} `, 'bold'), s(rule, 'dim')], columns),
      ...wrapLine([s(oneLine(visibleText(message)))], columns, 4),
    ]);
}

function phaseLines({ id, title, own, tasks }: PhaseGroup, phaseTitle: (id: string) => string, look: Look): Line[] {
  const lines: Line[] = [];
  if (id === null) {
    if (own !== null) lines.push(...detailLines(own, phaseTitle, look, INDENT));
  } else if (own === null) lines.push([], fitLine([s(`  ${shown(title)}`, 'cyan', 'bold')], look.columns));
  else lines.push([], ...headLines(own, look, ['cyan', 'bold']), ...detailLines(own, phaseTitle, look, DETAIL));
  for (const task of tasks) lines.push(...headLines(task, look, []), ...detailLines(task, phaseTitle, look, DETAIL));
  return lines;
}

/** The mark and the title; where it got another one, both word by word. */
function headLines({ id, title, of, changes }: ChangeGroup, look: Look, style: readonly Style[]): Line[] {
  const renamed = changes.find((change) => change.type === 'renamed');
  const words =
    renamed === undefined || renamed.before === renamed.after
      ? [s(shown(title) || 'Tasks', ...style)]
      : wordStretches(renamed.words, look, style);
  const [mark, ...marked] = markOf(changes);
  const indent = of === 'phase' ? INDENT : INDENT + 2;
  const [first = [], ...rest] = wrapLine([...words, s(`  ${oneLine(id)}`, 'dim')], look.columns, indent + 2);
  return [[s(' '.repeat(indent)), s(`${mark} `, ...marked), ...first.slice(1)], ...rest];
}

function markOf(changes: readonly Change[]): readonly [string, ...Style[]] {
  const types = new Set(changes.map(({ type }) => type));
  if (types.has('added')) return ['+', 'green'];
  if (types.has('removed')) return ['−', 'red'];
  const status = changes.find((change) => change.type === 'status');
  if (status !== undefined)
    return status.after === 'completed' ? ['✔', 'green'] : status.after === 'failed' ? ['✘', 'red'] : ['○', 'yellow'];
  return types.size === 1 && types.has('moved') ? ['↕', 'cyan'] : ['~', 'yellow'];
}

function detailLines(group: ChangeGroup, phaseTitle: (id: string) => string, look: Look, indent: number): Line[] {
  const warning = isSaidAnew(group) ? wrapLine([s('⚠ it was done when it said something else', 'yellow')], look.columns, indent) : [];
  return [...warning, ...group.changes.flatMap((change) => changeLines(change, phaseTitle, look, indent))];
}

function changeLines(change: Change, phaseTitle: (id: string) => string, look: Look, indent: number): Line[] {
  const say = (line: Line) => wrapLine(line, look.columns, indent);
  switch (change.type) {
    case 'added':
      return [
        ...(change.status === 'completed' ? say([s('⚠ comes ticked', 'yellow')]) : []),
        ...change.fields.flatMap((field) => say(fieldLine(field, look, true))),
      ];
    case 'removed':
      return [
        ...(change.of === 'phase'
          ? say([s(`with ${count(change.tasks, 'task')}`, 'dim')])
          : change.status === 'completed'
            ? say([s('it was done', 'dim')])
            : []),
        ...change.fields.flatMap((field) => say(fieldLine(field, look, false))),
      ];
    case 'moved':
      return say([s(shown(moveWords(change, phaseTitle)), 'cyan')]);
    case 'renamed':
      return [
        ...(change.of === 'plan' ? say([s('title: ', 'dim'), ...wordStretches(change.words, look, [])]) : []),
        ...(otherId(change) === null
          ? []
          : say([s('id: ', 'dim'), s(oneLine(change.was ?? ''), 'red'), s(' → ', 'dim'), s(oneLine(change.id), 'green')])),
      ];
    case 'reworded':
      return [...say(wordStretches(excerptOf(change.words, AROUND), look, ['dim']))];
    case 'status':
      return say([s(statusWords(change), change.commit === null ? 'yellow' : 'dim')]);
    case 'changed':
      return change.fields.flatMap((field) => say(fieldLine(field, look, false)));
  }
}

/** A key with its values; one that is code is marked as that. */
export function fieldLine({ field, before, after, risk }: FieldChange, { color }: Look, isNew: boolean): Line {
  const label: Stretch[] = risk === null ? [s(`${field}: `, 'dim')] : [s('⚠ ', 'yellow'), s(`${field}: `, 'bold')];
  const now = value(after, ...(risk === null && isNew ? [] : (['green'] as const)));
  const change = isNew ? [now] : [value(before, ...(color ? (['red'] as const) : [])), s(' → ', 'dim'), now];
  return [...label, ...change, ...(risk === null ? [] : [s(`  ${riskWords(risk)}`, 'yellow')])];
}

function value(text: string | null, ...style: readonly Style[]): Stretch {
  return text === null ? s('nothing', 'dim') : s(shown(text), ...style);
}

/** What follows from it. */
function consequences(plan: PlanDiff, { columns }: Look): Line[] {
  const { ready, orphaned, reordered } = plan;
  const orders = ordersOf(plan);
  const ids = (list: readonly string[]) =>
    list.flatMap((id, at): Stretch[] => [s(at === 0 ? '' : ', '), s(oneLine(id), ...(reordered.includes(id) ? (['cyan'] as const) : []))]);
  const lines: Line[] = [
    ...orphaned.flatMap(({ task, missing, now }) => {
      const remedy = now === null ? '' : `; it is called “${oneLine(now)}” now`;
      return wrapLine([s('✘ ', 'red'), s(`“${oneLine(task)}” depends on “${oneLine(missing)}”, which is gone${remedy}`)], columns, INDENT);
    }),
    ...(ready.length === 0 ? [] : wrapLine([s('▸ can start now: ', 'cyan'), s(ready.map(oneLine).join(', '))], columns, INDENT)),
  ];
  if (orders !== null) {
    lines.push(...wrapLine([s('order before: ', 'dim'), ...ids(orders.before)], columns, INDENT));
    lines.push(...wrapLine([s('order now:    ', 'dim'), ...ids(orders.after)], columns, INDENT));
  }
  const forecast = forecastWords(plan);
  if (forecast !== null) {
    const before = forecast.before === null ? '' : `${forecast.before} → `;
    lines.push(...wrapLine([s('still to do: ', 'dim'), s(before, 'dim'), s(forecast.after)], columns, INDENT));
  }
  return lines.length === 0 ? [] : [[], ...lines];
}

function wordStretches(words: readonly WordRun[], { color }: Look, style: readonly Style[]): Line {
  return words.map(({ type, text }): Stretch => {
    const plain = shown(text);
    if (type === 'same') return s(plain, ...style);
    if (type === 'gone') return s(color ? plain : mark(plain, '[-', '-]'), 'red');
    return s(color ? plain : mark(plain, '{+', '+}'), 'green');
  });
}

/** The marks stand close to the words. */
function mark(text: string, open: string, close: string): string {
  const [, lead = '', words = '', tail = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  return words === '' ? text : `${lead}${open}${words}${close}${tail}`;
}

/** Text of others on one line, hidden characters made visible. */
function shown(text: string): string {
  return oneLine(
    visibleText(text)
      .replaceAll('\n', ' ⏎ ')
      .replaceAll(/(?: ⏎ ){2,}/g, ' ⏎ '),
  );
}
