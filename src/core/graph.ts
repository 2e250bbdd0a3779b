/** A plan as a graph for people: phases with their tasks, what waits for what, and what a change made of each. Bounded. */
import type { Phase, Plan, TaskStatus } from './plan.ts';

/** What a graph shows by name: more can be read by nobody. */
const TASKS_MAX = 60;
const PHASES_MAX = 40;
/** GitHub draws no graph of more than 500 arrows. */
const EDGES_MAX = 200;
/** Characters of a title that a node shows. */
const LABEL_MAX = 80;

export type Marking = 'added' | 'changed' | 'removed';

interface GraphTask {
  readonly id: string;
  readonly title: string;
  readonly status: TaskStatus;
  /** Null where nothing became of it. */
  readonly marking: Marking | null;
}

interface GraphPhase {
  readonly title: string;
  readonly tasks: readonly GraphTask[];
  /** Further tasks, that are not shown. */
  readonly more: number;
}

export interface Graph {
  readonly phases: readonly GraphPhase[];
  /** Further phases, that are not shown. */
  readonly more: number;
  /** Places of tasks, counted from 0 over all phases: the first has to be done before the second. */
  readonly edges: readonly (readonly number[])[];
}

/** What became of tasks. */
export interface Markings {
  /** Of those that are there, by their ids. */
  readonly tasks: ReadonlyMap<string, Marking>;
  /** Those that are gone, with the phase they were in; what was in a phase that is gone too comes last. */
  readonly removed: readonly {
    readonly phase: string;
    readonly phaseTitle: string;
    readonly id: string;
    readonly title: string;
    readonly status: TaskStatus;
  }[];
}

/** The whole plan, however large. */
export function wholeGraph(plan: Plan): Graph {
  return graphOf(plan, { tasks: new Map(), removed: [] }, { tasks: Infinity, phases: Infinity, edges: Infinity });
}

/** What changed, and of a plan that is too large to be read as a graph how much else there is. */
export function changeGraph(plan: Plan, markings: Markings): Graph {
  return graphOf(plan, markings, { tasks: TASKS_MAX, phases: PHASES_MAX, edges: EDGES_MAX });
}

function graphOf(plan: Plan, markings: Markings, max: { readonly tasks: number; readonly phases: number; readonly edges: number }): Graph {
  const all = [...plan.phases.map((phase) => withRemoved(phase, markings)), ...removedPhases(plan, markings)];
  const every = all.flatMap(({ tasks }) => tasks);
  const kept = firstOf(every, max.tasks, isMarked);
  const phases = firstOf(all, max.phases, ({ tasks }) => tasks.some(isMarked));
  const shown = all
    .filter((phase) => phases.has(phase))
    .map(({ title, tasks }): GraphPhase => {
      const those = tasks.filter((task) => kept.has(task));
      return { title, tasks: those, more: tasks.length - those.length };
    });
  const places = new Map(shown.flatMap(({ tasks }) => tasks).flatMap(({ id, marking }, at) => (marking === 'removed' ? [] : [[id, at]])));
  const edges = plan.phases.flatMap(({ tasks }) =>
    tasks.flatMap(({ id, dependsOn }) =>
      dependsOn.flatMap((other) => {
        const [from, to] = [places.get(other), places.get(id)];
        return from === undefined || to === undefined ? [] : [[from, to]];
      }),
    ),
  );
  return { phases: shown, more: all.length - shown.length, edges: edges.slice(0, max.edges) };
}

interface WholePhase {
  readonly title: string;
  readonly tasks: readonly GraphTask[];
}

const isMarked = (task: GraphTask) => task.marking !== null;

function withRemoved(phase: Phase, { tasks: markings, removed }: Markings): WholePhase {
  const here = phase.tasks.map(({ id, title, status }): GraphTask => ({ id, title, status, marking: markings.get(id) ?? null }));
  return { title: phase.title, tasks: [...here, ...removed.filter((task) => task.phase === phase.id).map(asRemoved)] };
}

function removedPhases(plan: Plan, { removed }: Markings): WholePhase[] {
  const there = new Set(plan.phases.map(({ id }) => id));
  const gone = Map.groupBy(
    removed.filter(({ phase }) => !there.has(phase)),
    ({ phase }) => phase,
  );
  return [...gone.values()].map((tasks) => ({ title: tasks[0]?.phaseTitle ?? '', tasks: tasks.map(asRemoved) }));
}

const asRemoved = ({ id, title, status }: GraphTask | Markings['removed'][number]): GraphTask => ({
  id,
  title,
  status,
  marking: 'removed',
});

/** At most so many: what matters before the rest, each in its order. */
function firstOf<T>(items: readonly T[], max: number, matters: (item: T) => boolean): ReadonlySet<T> {
  if (items.length <= max) return new Set(items);
  return new Set([...items.filter(matters), ...items.filter((item) => !matters(item))].slice(0, max));
}

const STATUS_CLASSES = {
  pending: 'fill:#f6f8fa,stroke:#8c959f,color:#24292f',
  completed: 'fill:#dafbe1,stroke:#1a7f37,color:#24292f',
  failed: 'fill:#ffebe9,stroke:#cf222e,color:#24292f',
  skipped: 'fill:#f6f8fa,stroke:#8c959f,color:#57606a,stroke-dasharray:4',
} as const satisfies Record<TaskStatus, string>;
const MARKING_CLASSES = {
  added: 'stroke:#1a7f37,stroke-width:3px',
  changed: 'stroke:#bf8700,stroke-width:3px',
  removed: 'fill:#ffffff,stroke:#cf222e,color:#82071e,stroke-width:2px,stroke-dasharray:4',
} as const satisfies Record<Marking, string>;
/** Beside the colour, for those who do not see it. */
const SIGNS = { added: '➕ ', changed: '✏️ ', removed: '➖ ' } as const satisfies Record<Marking, string>;

/** A graph as a Mermaid flowchart: phases as subgraphs, tasks with the class of their status, dependencies as arrows. */
export function mermaidOf(graph: Graph, title: string): string {
  const lines = ['flowchart LR'];
  const marked: string[] = [];
  let number = 0;
  for (const [index, phase] of graph.phases.entries()) {
    lines.push(`  subgraph p${index + 1}["${label(phase.title || title)}"]`);
    for (const { title: own, status, marking } of phase.tasks) {
      number += 1;
      lines.push(`    t${number}["${marking === null ? '' : SIGNS[marking]}${label(own)}"]:::${status}`);
      if (marking !== null) marked.push(`  class t${number} ${marking}`);
    }
    if (phase.more > 0) lines.push(`    m${index + 1}["… ${phase.more}${phase.tasks.length === 0 ? '' : ' more'}"]:::pending`);
    lines.push('  end');
  }
  if (graph.more > 0) lines.push(`  more["… ${graph.more} more phase${graph.more === 1 ? '' : 's'}"]:::pending`);
  // Phases follow each other, whatever their tasks say.
  for (const [index] of graph.phases.slice(1).entries()) lines.push(`  p${index + 1} --> p${index + 2}`);
  for (const [from = 0, to = 0] of graph.edges) lines.push(`  t${from + 1} --> t${to + 1}`);
  const classes = { ...STATUS_CLASSES, ...(marked.length === 0 ? {} : MARKING_CLASSES) };
  return `${[...lines, ...Object.entries(classes).map(([name, style]) => `  classDef ${name} ${style}`), ...marked].join('\n')}\n`;
}

/** Text that can neither end the label nor be read as Markdown or HTML: everything but words and plain punctuation as a character code. */
function label(title: string): string {
  const points = Array.from(title.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim());
  const short = points.length > LABEL_MAX ? `${points.slice(0, LABEL_MAX - 1).join('')}…` : points.join('');
  return short.replaceAll(/[^\p{L}\p{M}\p{N}\p{So} .,:/()…–—-]/gu, (found) => `#${found.codePointAt(0)};`) || ' ';
}
