/** What Claude does while it writes or reviews a plan, as a terminal shows it: lines that stay, and one that moves. */
import type { PlannerEvent, PublishedPlannerEvent, Usage } from '../../core/event.ts';
import type { Output } from '../context.ts';
import { dollars, elapsed } from './duration.ts';
import { spinner, type Screen } from './frame.ts';
import { fitLine, paintLines, s, spread, type Line, type Style } from './line.ts';
import { liveArea, type LiveArea, type Ticker } from './live.ts';
import { count, oneLine, wrap } from './text.ts';

export interface PlannerProgress {
  event(published: PublishedPlannerEvent): void;
  /** Restores the terminal; safe to call twice. */
  end(): void;
  /** Goes on after an end. */
  resume(): void;
}

/** Characters of the answer that are looked at for what is being written. */
const MAX_WRITTEN = 4_000;

interface View {
  readonly startedAt: number;
  doing: string;
  usage: Usage | null;
  /** The end of the answer so far, JSON. */
  written: string;
}

/** Progress in a terminal. */
export function livePlanner(out: Output, now: () => number, ticker?: Ticker): PlannerProgress {
  const view: View = { startedAt: now(), doing: 'looking around', usage: null, written: '' };
  const begin = (): LiveArea => liveArea(out, (screen) => [statusLine(view, screen, now())], ticker);
  let area: LiveArea | null = null;
  return {
    event({ event }) {
      area ??= begin();
      follow(view, event);
      // The last column stays free, as for all that is drawn in place.
      area.print(plannerLines(event, out.size().columns - 1).map((line) => ({ title: line, facts: [] })));
    },
    end() {
      area?.end();
      area = null;
    },
    resume() {
      area ??= begin();
    },
  };
}

/** Progress as lines, for pipes and CI. `quiet` leaves only how it ended. */
export function feedPlanner(out: Output, quiet: boolean): PlannerProgress {
  return {
    event({ event }) {
      if (quiet && !LAST.has(event.type)) return;
      out.write(paintLines(plannerLines(event, out.size().columns), out.color));
    },
    // Every line is written when it comes.
    end() {},
    resume() {},
  };
}

const LAST: ReadonlySet<PlannerEvent['type']> = new Set(['plan-generated', 'plan-reviewed', 'planner-stopped']);

/** The lines of one event that stay. */
export function plannerLines(event: PlannerEvent, columns: number): Line[] {
  switch (event.type) {
    case 'planner-started': {
      const doing = event.activity === 'generation' ? 'Planning' : 'Reviewing';
      return [fitLine([s(`${doing} `), s(oneLine(event.title), 'bold'), s(`  ${oneLine(event.model)}`, 'dim')], columns)];
    }
    case 'repository-read':
      return [fitLine([s(`  ${event.tool} ${oneLine(event.detail)}`, 'dim')], columns)];
    case 'answer-rejected': {
      const then = event.willRetry ? 'Claude is asked to mend this:' : 'This is still wrong:';
      return [fitLine([s(`  ${then}`, 'yellow')], columns), ...bullets(event.problems, columns)];
    }
    case 'plan-drafted':
      return [fitLine([s(`  drafted: ${size(event)}`)], columns), ...bullets(event.advice, columns)];
    case 'plan-generated':
      return generatedLines(event, columns);
    case 'plan-reviewed':
      return reviewedLines(event, columns);
    case 'planner-stopped': {
      const again = event.resetsAt === null ? '' : ` It can be asked again from ${event.resetsAt}.`;
      const [first = '', ...rest] = wrap(`${oneLine(event.reason)}${again}`, columns - 2);
      const lines: Line[] = [[s('✘ ', 'red'), s(first)], ...rest.map((line): Line => [s(`  ${line}`)])];
      return [...lines, ...bullets(event.problems, columns), ...details(costWords(event.usage), columns)];
    }
    case 'note':
      return details(event.text, columns, 'yellow');
    case 'planner-output':
    case 'planner-usage':
      return [];
  }
}

function generatedLines(event: Extract<PlannerEvent, { type: 'plan-generated' }>, columns: number): Line[] {
  const where = event.commit === null ? 'not committed' : `commit ${event.commit.slice(0, 7)}`;
  return [
    fitLine([s('✔ ', 'green'), s(oneLine(event.file), 'bold')], columns),
    ...details(`a draft of ${size(event)}, ${where}`, columns),
    ...(event.reason === '' ? [] : details(event.reason, columns, 'yellow')),
    ...bullets(event.advice, columns),
    ...details(costWords(event.usage), columns),
  ];
}

function reviewedLines(event: Extract<PlannerEvent, { type: 'plan-reviewed' }>, columns: number): Line[] {
  const { suggestions, commit, file, reason, assessment, problems, usage } = event;
  const where = commit === null ? 'not committed' : `commit ${commit.slice(0, 7)}`;
  const head: Line[] =
    suggestions.length === 0
      ? [[s('✔ ', 'green'), s('no suggestions')]]
      : [
          fitLine(
            [s('✔ ', 'green'), s(oneLine(file), 'bold'), s(`  ${count(suggestions.length, 'suggestion')}, ${where}`, 'dim')],
            columns,
          ),
        ];
  return [
    ...head,
    ...(assessment === '' ? [] : wrap(oneLine(assessment), columns - 2).map((line): Line => [s(`  ${line}`)])),
    ...(reason === '' ? [] : details(reason, columns, 'yellow')),
    ...(problems.length === 0 ? [] : [[s('  Left out of the answer:', 'yellow')] satisfies Line, ...bullets(problems, columns)]),
    ...details(costWords(usage), columns),
  ];
}

function details(text: string, columns: number, style: Style = 'dim'): Line[] {
  return wrap(oneLine(text), columns - 2).map((line) => [s(`  ${line}`, style)]);
}

function size({ phases, tasks }: { readonly phases: number; readonly tasks: number }): string {
  return `${count(phases, 'phase')} with ${count(tasks, 'task')}`;
}

function bullets(texts: readonly string[], columns: number): Line[] {
  return texts.flatMap((text) =>
    wrap(oneLine(text), columns - 4).map((line, index): Line => [s(index === 0 ? '  · ' : '    ', 'yellow'), s(line)]),
  );
}

/** What a conversation has cost, as a sentence. */
function costWords(usage: Usage): string {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd } = usage;
  if (inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens === 0) return 'Nothing was spent.';
  const read = (inputTokens + cacheReadTokens + cacheWriteTokens).toLocaleString('en');
  const tokens = `${read} tokens read (${cacheReadTokens.toLocaleString('en')} from the cache), ${outputTokens.toLocaleString('en')} written`;
  return `Cost: ${costUsd === null ? 'unknown' : dollars(costUsd)}, ${tokens}.`;
}

function follow(view: View, event: PlannerEvent): void {
  switch (event.type) {
    case 'repository-read':
      view.doing = 'looking around';
      return;
    case 'planner-output':
      if (event.stream === 'thinking') {
        view.doing = 'thinking';
        return;
      }
      view.written = `${view.written}${event.text}`.slice(-MAX_WRITTEN);
      view.doing = writing(view.written);
      return;
    case 'planner-usage':
      view.usage = event.usage;
      return;
    case 'answer-rejected':
      view.doing = 'mending';
      view.written = '';
      return;
    case 'planner-started':
    case 'plan-drafted':
      view.doing = 'looking around';
      view.written = '';
      return;
    case 'plan-generated':
    case 'plan-reviewed':
    case 'planner-stopped':
    case 'note':
      return;
  }
}

/** What is being written, from an answer that is not whole yet: its last title. */
function writing(json: string): string {
  const last = [...json.matchAll(/"title"\s*:\s*("(?:[^"\\]|\\.)*")/g)].at(-1)?.[1];
  if (last === undefined) return 'writing';
  try {
    return `writing: ${oneLine(String(JSON.parse(last)))}`;
  } catch {
    return 'writing';
  }
}

function statusLine(view: View, { columns }: Screen, now: number): Line {
  const { usage } = view;
  const tokens = usage === null ? 0 : usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const facts = [
    elapsed(now - view.startedAt),
    usage === null ? '' : `${tokens.toLocaleString('en')} tokens`,
    usage === null ? '' : usage.costUsd === null ? 'cost unknown' : dollars(usage.costUsd),
  ].filter((fact) => fact !== '');
  return spread([s(`  ${spinner(now - view.startedAt)} `, 'cyan'), s(view.doing)], [s(facts.join(' · '), 'dim')], columns);
}
