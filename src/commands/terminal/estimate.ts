/** An estimate as people read it. */
import type { Basis, Estimate, Range, Source } from '../../core/estimate.ts';
import type { PlanEstimate } from '../../engine/estimate.ts';
import { dollars, duration } from './duration.ts';
import { fitLine, s, type Line } from './line.ts';
import { renderColumns } from './columns.ts';
import { tokenWords } from './statistics.ts';
import { count, oneLine, wrap } from './text.ts';

/** @param title the plan's */
export function renderEstimate(title: string, of: PlanEstimate, columns: number): Line[] {
  const people = of.human === 0 ? '' : ` · ${count(of.human, 'task')} for a person, not counted`;
  const rows = [
    row('time', of.time, of.unknown.time, of, (ms) => duration(ms)),
    row('tokens', of.tokens, of.unknown.tokens, of, tokenWords),
    row('cost', of.cost, of.unknown.cost, of, dollars),
  ];
  return [
    fitLine([s(oneLine(title), 'bold'), s(`  ${count(of.tasks, 'task')} left${people}`, 'dim')], columns),
    [],
    ...renderColumns(rows, columns, '  '),
    [],
    ...notes(of).flatMap((note) => wrap(note, columns).map((line): Line => [s(line, 'dim')])),
  ];
}

function row(name: string, range: Range | null, unknown: number, of: Estimate, words: (value: number) => string): Line[] {
  if (range === null) return [[s(name)], [s('unknown', 'yellow')], []];
  const between = range.low === range.high ? '' : `between ${words(range.low)} and ${words(range.high)}`;
  const without = unknown === 0 ? '' : `${unknown} of ${of.tasks} tasks unknown`;
  return [[s(name)], [s(words(range.expected), 'bold')], [s([between, without].filter((part) => part !== '').join(', '), 'dim')]];
}

function notes(of: PlanEstimate): string[] {
  const lines = of.basis.map(basisWords);
  if (of.basis.some(({ tokens, cost }) => tokens.type === 'rule' || cost.type === 'rule'))
    lines.push(
      'The rule of thumb: a session of 25 calls (8 to 70) that grows from the length of its prompt, at list prices and without gates.',
    );
  if (of.basis.some(({ time }) => time.type === 'history'))
    lines.push('The ranges hold in 8 of 10 cases, where these tasks are like the past ones.');
  const unpriced = of.basis.filter(({ cost }) => cost.type === 'unknown');
  if (unpriced.length > 0)
    lines.push(`No price is known for ${unpriced.map(priceless).join(', ')}. Name a "model", or its price in "prices".`);
  const { usd } = of.spent;
  if (usd > 0) lines.push(`Spent so far: ${dollars(usd)} of the plan's ${dollars(of.ceilingUsd)}.`);
  if (of.cost !== null && usd + of.cost.high > of.ceilingUsd)
    lines.push(`This may not fit into the plan's ${dollars(of.ceilingUsd)} ("budget.plan", "maxBudgetUsd"): it would pause there.`);
  return lines;
}

function basisWords({ agent, model, tasks, time, tokens, cost }: Basis): string {
  const who = agent === 'run' ? 'a command' : model === null ? agent : `${agent} with ${model}`;
  const parts = Map.groupBy(
    [
      ['time', time],
      ['tokens', tokens],
      ['cost', cost],
    ] as const satisfies readonly (readonly [string, Source])[],
    ([, source]) => sourceWords(source),
  );
  const all = parts.size === 1 && !parts.has('');
  parts.delete('');
  const from = [...parts].map(([words, which]) => (all ? words : `${which.map(([name]) => name).join(' and ')} ${words}`));
  return `${count(tasks, 'task')} by ${oneLine(who)}: ${from.join('; ')}.`;
}

function sourceWords(source: Source): string {
  switch (source.type) {
    case 'history':
      return `from ${count(source.samples, 'past task')} here`;
    case 'rule':
      return 'by a rule of thumb';
    case 'stated':
      return 'as the tasks say';
    case 'unknown':
      return 'unknown';
    case 'free':
      return '';
  }
}

function priceless({ agent, model }: Basis): string {
  return model === null ? `${oneLine(agent)}, whose model is not named` : oneLine(model);
}
