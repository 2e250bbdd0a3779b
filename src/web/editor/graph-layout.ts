/** The dependencies of a plan as a drawing in layers: phases from top to bottom, in each what waits right of what it waits for. */
import type { Task } from '../../core/plan.ts';

/** What is a box: a task, or a phase of a plan that is drawn phase by phase. */
export interface Drawn extends Pick<Task, 'id' | 'title' | 'status' | 'dependsOn'> {
  /** Said below its title. */
  readonly note?: string;
}

/** A plan, or a part of one. */
export interface Drawable {
  readonly phases: readonly { readonly id: string; readonly title: string; readonly tasks: readonly Drawn[] }[];
}

interface Node {
  readonly task: Drawn;
  readonly x: number;
  readonly y: number;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** Of an SVG path. */
  readonly path: string;
}

interface Band {
  readonly id: string;
  readonly title: string;
  readonly y: number;
  readonly height: number;
}

export interface Layout {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  readonly bands: readonly Band[];
  readonly width: number;
  readonly height: number;
}

/** In units of the drawing. */
export const NODE = { width: 190, height: 44 } as const;
/** More tasks of one step than so stand in several columns: a page is wide as well as high. */
const MAX_ROWS = 8;
const GAP = { x: 52, y: 14, band: 20, title: 38, side: 16 } as const;

interface Place {
  readonly x: number;
  readonly y: number;
  readonly phase: number;
}

export function layoutOf(plan: Drawable): Layout {
  const places = new Map<string, Place>();
  const bands: Band[] = [];
  let y = 0;
  let width: number = NODE.width;
  for (const [phase, { id, title, tasks }] of plan.phases.entries()) {
    const columns = columnsOf(tasks);
    const most = columns.reduce((max, column) => Math.max(max, column.length), 0);
    const height = GAP.title + most * (NODE.height + GAP.y);
    for (const [column, list] of columns.entries())
      for (const [row, task] of list.entries())
        places.set(task.id, {
          x: GAP.side + column * (NODE.width + GAP.x),
          y: y + GAP.title + row * (NODE.height + GAP.y),
          phase,
        });
    width = Math.max(width, columns.length * (NODE.width + GAP.x) - GAP.x);
    bands.push({ id, title, y, height });
    y += height + GAP.band;
  }
  const all = plan.phases.flatMap(({ tasks }) => tasks);
  return {
    nodes: all.map((task) => ({ task, x: places.get(task.id)?.x ?? 0, y: places.get(task.id)?.y ?? 0 })),
    edges: all.flatMap((task) => task.dependsOn.flatMap((from) => edgeOf(from, task.id, places))),
    bands,
    width: width + 2 * GAP.side,
    height: Math.max(0, y - GAP.band),
  };
}

/** Boxes beside each other in a drawing of what has an order of its own. */
const IN_A_ROW = 3;

/** What is done in the order in which it stands, row by row. */
export function rowsOf(list: readonly Drawn[]): Layout {
  const places = new Map(
    list.map(({ id }, index): [string, Place] => {
      const row = Math.floor(index / IN_A_ROW);
      const x = GAP.side + (index % IN_A_ROW) * (NODE.width + GAP.x);
      return [id, { x, y: GAP.side + row * (NODE.height + GAP.title), phase: row }];
    }),
  );
  return {
    nodes: list.map((task) => ({ task, x: places.get(task.id)?.x ?? 0, y: places.get(task.id)?.y ?? 0 })),
    edges: list.flatMap((task) => task.dependsOn.flatMap((from) => edgeOf(from, task.id, places))),
    bands: [],
    width: Math.min(list.length, IN_A_ROW) * (NODE.width + GAP.x) - GAP.x + 2 * GAP.side,
    height: Math.ceil(list.length / IN_A_ROW) * (NODE.height + GAP.title) - GAP.title + 2 * GAP.side,
  };
}

/** Columns for each step of waiting, in its order; in each what waits stands beside what it waits for, so that few lines cross. */
function columnsOf(tasks: readonly Drawn[]): readonly (readonly Drawn[])[] {
  const depths = depthsOf(tasks);
  const columns: Drawn[][] = [];
  for (const task of tasks) {
    const depth = depths.get(task.id) ?? 0;
    for (let next = columns.length; next <= depth; next += 1) columns.push([]);
    columns[depth]?.push(task);
  }
  const rows = new Map<string, number>();
  return columns.flatMap((column) => {
    const sorted = column
      .map((task, order) => ({ task, order, row: rowOf(task, rows, order) }))
      .toSorted((a, b) => a.row - b.row || a.order - b.order);
    for (const [index, { task }] of sorted.entries()) rows.set(task.id, index % MAX_ROWS);
    const count = Math.ceil(sorted.length / MAX_ROWS);
    return Array.from({ length: count }, (_, at) => sorted.slice(at * MAX_ROWS, (at + 1) * MAX_ROWS).map(({ task }) => task));
  });
}

/** The longest way to each task within its phase. What a cycle holds stays where it was reached first. */
function depthsOf(tasks: readonly Drawn[]): ReadonlyMap<string, number> {
  const depths = new Map(tasks.map(({ id }) => [id, 0]));
  for (let round = 0, changed = true; changed && round < tasks.length; round += 1) {
    changed = false;
    for (const { id, dependsOn } of tasks) {
      const depth = Math.max(
        0,
        ...dependsOn.filter((other) => other !== id).flatMap((other) => (depths.has(other) ? [(depths.get(other) ?? 0) + 1] : [])),
      );
      if (depth > (depths.get(id) ?? 0) && depth < tasks.length) {
        depths.set(id, depth);
        changed = true;
      }
    }
  }
  return depths;
}

function rowOf({ dependsOn }: Drawn, rows: ReadonlyMap<string, number>, order: number): number {
  const known = dependsOn.flatMap((id) => rows.get(id) ?? []);
  return known.length === 0 ? order : known.reduce((sum, row) => sum + row, 0) / known.length;
}

/** Within a phase from side to side, into a later one from above. */
function edgeOf(from: string, to: string, places: ReadonlyMap<string, Place>): readonly Edge[] {
  const [start, end] = [places.get(from), places.get(to)];
  if (start === undefined || end === undefined) return [];
  if (start.phase === end.phase) {
    const [x1, y1, x2, y2] = [start.x + NODE.width, start.y + NODE.height / 2, end.x, end.y + NODE.height / 2];
    const bend = Math.max(24, Math.abs(x2 - x1) / 2);
    return [{ from, to, path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }];
  }
  const [x1, y1, x2, y2] = [start.x + NODE.width / 2, start.y + NODE.height, end.x + NODE.width / 2, end.y];
  const bend = Math.max(24, Math.abs(y2 - y1) / 2);
  return [{ from, to, path: `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}` }];
}

/** What is across counts for more than what is ahead: the next one in a row is nearer than one beside. */
const ASIDE = 3;
const AHEAD: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The task that an arrow key leads to from another; null where there is none that way, or it is no arrow key. */
export function nodeBeside({ nodes }: Layout, id: string, key: string): string | null {
  const from = nodes.find(({ task }) => task.id === id);
  const way = AHEAD[key];
  if (from === undefined || way === undefined) return null;
  let best: { readonly id: string; readonly distance: number } | null = null;
  for (const { task, x, y } of nodes) {
    const [dx, dy] = [x - from.x, y - from.y];
    const ahead = dx * way[0] + dy * way[1];
    const distance = ahead + ASIDE * Math.abs(dx * way[1] + dy * way[0]);
    if (ahead > 0 && (best === null || distance < best.distance)) best = { id: task.id, distance };
  }
  return best?.id ?? null;
}
