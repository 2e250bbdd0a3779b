/** Kiro's `.kiro/specs/<name>/tasks.md`, nested (`- [ ] 2. Part` with `- [ ] 2.1 Task` in it) or flat, as cc-sdd writes it. */
import type { Imported, ImportedPhase, ImportedTask, SourceFile } from './imported.ts';
import { Ledger } from './ledger.ts';
import { joined, markOf, readPhases, titleOf } from './markdown-list.ts';
import { numberedTask, numberOf, withStatedDependencies } from './numbered.ts';
import { scan } from './scan.ts';
import type { Item } from './sections.ts';

/** Whether a text is a task list of Kiro's. */
export function isKiro(text: string): boolean {
  if (/^[ \t]*[-*][ \t]+_(?:Requirements|Depends|Boundary|Preservation):/m.test(text)) return true;
  return /^[-*+][ \t]+\[[ xX~-]?\]\*?[ \t]+\d+\.[ \t]/m.test(text) && /^[ \t]*[-*+][ \t]+\[[ xX~-]?\]\*?[ \t]+\d+\.\d+[ \t]/m.test(text);
}

export function readKiro(file: SourceFile): Imported {
  const lines = scan(file.text);
  const ledger = new Ledger(file.path, lines);
  const parts = new Map<number, Item>();
  // `[-]` is a task that is being worked at there, `[~]` one that waits for its turn.
  const task = (item: Item, body: Item['body']): ImportedTask => {
    const optional = item.box.star ? { 'x-optional': true } : {};
    return { ...numberedTask(file.path, ledger, item, markOf(item.box.mark) === 'done' ? 'done' : 'open', body), fields: optional };
  };
  const { h1, description, phases } = readPhases(lines, ledger, (item) => {
    if (!item.children.some(({ title }) => numberOf(title) !== null)) return [task(item, item.body)];
    parts.set(item.line.number, item);
    return [task(item, item.own), ...item.children.map((child) => task(child, child.body))];
  });
  const split = phases.flatMap((phase) =>
    partsOf(phase, new Map([...parts].map(([line, item]) => [line, item.children.map((child) => child.line.number)]))),
  );
  for (const { part, phase } of split) {
    const line = lines[(part?.at.line ?? 0) - 1];
    const open = phase.tasks.find(({ mark }) => mark === 'open');
    if (part?.mark === 'done' && open !== undefined && line !== undefined) {
      ledger.lose(line, `is ticked while "${open.ref ?? open.title}" within it is open: a phase has no box of its own`);
    }
  }
  return {
    title: titleOf(h1, /^(?:Implementation\s+Plan|Tasks?|実装計画|实施计划|任务)\s*[:：–—-]\s*/i),
    description,
    phases: withStatedDependencies(split.map(({ phase }) => phase)),
    losses: ledger.losses(),
  };
}

interface Part {
  /** The task that heads it; null for tasks without parts. */
  readonly part: ImportedTask | null;
  readonly phase: ImportedPhase;
}

/** A section whose tasks have parts becomes a phase for each of them; tasks without parts that stand in a row share one. */
function partsOf(phase: ImportedPhase, nested: ReadonlyMap<number, readonly number[]>): readonly Part[] {
  const isHead = (task: ImportedTask, index: number) => nested.has(task.at.line ?? 0) || isPartOf(phase.tasks[index + 1], task);
  if (!phase.tasks.some(isHead)) return [{ part: null, phase }];
  const result: Part[] = [];
  let rest = phase.description;
  let open: { head: ImportedTask | null; tasks: ImportedTask[] } | null = null;
  const close = () => {
    if (open === null) return;
    const { head, tasks } = open;
    const description = joined([rest, head?.lead ?? '', head?.description ?? '']);
    rest = '';
    result.push({
      part: head,
      phase: { ref: head?.ref ?? null, title: titleOfPart(head, tasks), description, tasks: withFlag(head, tasks), tail: '' },
    });
  };
  for (const [index, task] of phase.tasks.entries()) {
    const within: boolean =
      open?.head != null && (nested.get(open.head.at.line ?? 0)?.includes(task.at.line ?? 0) === true || isPartOf(task, open.head));
    if (isHead(task, index) && !within) {
      close();
      open = { head: task, tasks: [] };
    } else if (within || (open !== null && open.head === null)) open?.tasks.push(task);
    else {
      close();
      open = { head: null, tasks: [task] };
    }
  }
  close();
  const last = result.at(-1);
  if (last !== undefined) result[result.length - 1] = { ...last, phase: { ...last.phase, tail: phase.tail } };
  return result;
}

function isPartOf(task: ImportedTask | undefined, head: ImportedTask): boolean {
  return head.ref !== null && /^\d+$/.test(head.ref) && task?.ref?.startsWith(`${head.ref}.`) === true;
}

function titleOfPart(head: ImportedTask | null, tasks: readonly ImportedTask[]): string {
  const [first] = tasks;
  const last = tasks.at(-1);
  const named = head ?? (first === last ? first : undefined);
  if (named !== undefined) return named.ref === null ? named.title : `${named.ref}. ${named.title}`;
  return first?.ref != null && last?.ref != null ? `Tasks ${first.ref} to ${last.ref}` : (first?.title ?? 'Tasks');
}

/** What is optional as a whole is so in all its parts. */
function withFlag(head: ImportedTask | null, tasks: readonly ImportedTask[]): readonly ImportedTask[] {
  return head?.fields['x-optional'] === true ? tasks.map((task) => ({ ...task, fields: { ...task.fields, 'x-optional': true } })) : tasks;
}
