/** The text of a plan file as a plan, with the place of everything that can be edited. */
import { approvalState } from './approval.ts';
import { readSections } from './chunks.ts';
import type { SectionCache } from './section-cache.ts';
import type { Diagnostic, Span } from './diagnostic.ts';
import { durationMs } from './frontmatter.ts';
import { lineEndingOf, withoutBlankLines } from './lines.ts';
import type { Frontmatter, Phase, Plan, Task, TaskStatus } from './plan.ts';
import { moveFinding, toDiagnostics, type Finding } from './rules.ts';
import { dedented, type HeadingBlock, type TaskBlock } from './section.ts';
import { slugOf } from './slug.ts';
import { readTop, type Top } from './top.ts';

/** The id of the phase that checkboxes before the first H2 form. */
const UNNAMED_PHASE = 'unnamed';

interface Reading {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
}

/**
 * Reads a plan.
 *
 * @param text the whole file, a byte order mark included; offsets are UTF-16 code units of it
 * @param id the file's name without `.plan.md`
 * @param cache readings of chunks, kept between calls; with it, only what has changed is read again
 * @returns always a plan, as good as the text allows, and what is wrong with the text by itself. `checkPlan` finds more.
 */
export function parsePlan(
  text: string,
  id: string,
  cache?: SectionCache,
): { readonly plan: Plan; readonly diagnostics: readonly Diagnostic[] } {
  const { plan, findings } = readPlan(text, id, cache);
  return { plan, diagnostics: toDiagnostics(findings, text) };
}

/** {@link parsePlan} for those who add findings of their own. */
export function readPlan(text: string, id: string, cache: SectionCache | undefined): Reading {
  const top = readTop(text);
  const findings = [...top.findings];
  const drafts: Draft[] = [];
  let title: { readonly block: HeadingBlock; readonly base: number } | null = null;
  for (const { base, section } of readSections(text, top.end, cache)) {
    for (const finding of section.findings) findings.push(moveFinding(finding, base));
    for (const block of section.blocks) {
      if (block.kind === 'heading') {
        if (block.depth === 1) title ??= { block, base };
        if (block.depth === 2) drafts.push({ heading: block, base, start: block.span.offset + base, tasks: [] });
        continue;
      }
      if (drafts.length === 0) drafts.push({ heading: null, base, start: block.span.offset + base, tasks: [] });
      drafts.at(-1)?.tasks.push(cache === undefined ? taskOf(block, base) : cache.task(block, base, taskOf));
    }
  }
  const phases = drafts.map((draft, index) => phaseOf(draft, drafts[index + 1]?.start ?? text.length, text));
  return { plan: planOf(text, id, top, title, phases, drafts[0]?.start ?? text.length), findings };
}

interface Draft {
  readonly heading: HeadingBlock | null;
  readonly base: number;
  readonly start: number;
  readonly tasks: Task[];
}

function planOf(
  text: string,
  id: string,
  top: Top,
  title: { readonly block: HeadingBlock; readonly base: number } | null,
  phases: readonly Phase[],
  bodyEnd: number,
): Plan {
  const heading = title === null ? null : moved(title.block.text, title.base);
  const headingLine = title === null ? null : moved(title.block.span, title.base);
  const headingEnd = headingLine === null ? top.end : headingLine.offset + headingLine.length;
  const start = headingEnd <= bodyEnd ? headingEnd : top.end;
  const place = withoutBlankLines(text, { offset: start, length: Math.max(0, bodyEnd - start) });
  return {
    id,
    title: (top.fields.title ?? title?.block.title ?? '') || id,
    description: dedented(text, place, 0),
    status: top.fields.status ?? 'draft',
    createdBy: top.fields.createdBy ?? 'user',
    maxBudgetUsd: top.fields.maxBudgetUsd,
    phases,
    place: { frontmatter: top.frontmatter, headingLine, heading, description: place, eol: lineEndingOf(text) },
  };
}

function phaseOf(draft: Draft, end: number, text: string): Phase {
  const { heading, base, tasks, start } = draft;
  const frontmatter = heading === null ? null : movedFrontmatter(heading.frontmatter, base);
  const headingLine = heading === null ? null : moved(heading.span, base);
  const last = frontmatter?.block ?? headingLine;
  const prose = proseOf(text, last === null ? start : last.offset + last.length, end, tasks);
  const fields = heading?.fields ?? {};
  const title = heading?.title ?? '';
  return {
    id: fields.id ?? (heading === null ? UNNAMED_PHASE : slugOf(title, 'phase')),
    title,
    description: prose
      .map((span) => dedented(text, span, 0))
      .filter((stretch) => stretch !== '')
      .join('\n\n'),
    executionMode: fields.executionMode ?? 'sequential',
    pauseAfter: fields.pauseAfter ?? false,
    agent: fields.agent,
    gates: fields.gates,
    maxConcurrency: fields.maxConcurrency,
    tasks,
    place: {
      section: { offset: start, length: end - start },
      headingLine,
      heading: heading === null ? null : moved(heading.text, base),
      frontmatter,
      prose,
    },
  };
}

/** What stands between the tasks, the first stretch also where it is empty. */
function proseOf(text: string, from: number, to: number, tasks: readonly Task[]): readonly Span[] {
  const stretches: Span[] = [];
  let start = from;
  for (const [index, next] of [...tasks.map((task) => task.place.item), { offset: to, length: 0 }].entries()) {
    const stretch = { offset: start, length: Math.max(0, next.offset - start) };
    if (index === 0 || text.slice(start, next.offset).trim() !== '') stretches.push(withoutBlankLines(text, stretch));
    start = next.offset + next.length;
  }
  return stretches;
}

function taskOf(block: TaskBlock, base: number): Task {
  const { fields } = block;
  const task: Omit<Task, 'approval'> = {
    id: fields.id ?? block.slug,
    pinned: fields.id !== undefined,
    title: block.title,
    description: block.description,
    status: statusOf(block),
    dependsOn: fields.dependsOn ?? [],
    canRunInParallel: fields.canRunInParallel,
    agent: fields.agent,
    run: fields.run,
    gates: fields.gates,
    files: fields.files,
    allowNoChanges: fields.allowNoChanges ?? false,
    estimate: fields.estimate === undefined ? undefined : durationMs(fields.estimate),
    maxAttempts: fields.maxAttempts,
    timeout: fields.timeout === undefined ? undefined : durationMs(fields.timeout),
    maxBudgetUsd: fields.maxBudgetUsd,
    model: fields.model,
    assignee: fields.assignee,
    approved: fields.approved,
    attempts: fields.attempts ?? 0,
    error: fields.error,
    place: {
      item: moved(block.span, base),
      box: moved(block.box, base),
      title: moved(block.titleSpan, base),
      indent: block.indent,
      frontmatter: movedFrontmatter(block.frontmatter, base),
      description: moved(block.descriptionSpan, base),
    },
  };
  return { ...task, approval: approvalState(task) };
}

function statusOf({ mark, fields }: TaskBlock): TaskStatus {
  if (mark === 'x' || mark === 'X') return 'completed';
  return fields.status ?? (mark === '-' ? 'skipped' : 'pending');
}

function moved(span: Span, base: number): Span {
  return { offset: span.offset + base, length: span.length };
}

function movedFrontmatter(frontmatter: Frontmatter | null, base: number): Frontmatter | null {
  if (frontmatter === null || base === 0) return frontmatter;
  const fields = new Map<string, { key: Span; value: Span; entry: Span }>();
  for (const [key, place] of frontmatter.fields) {
    fields.set(key, { key: moved(place.key, base), value: moved(place.value, base), entry: moved(place.entry, base) });
  }
  return { ...frontmatter, block: moved(frontmatter.block, base), content: moved(frontmatter.content, base), fields };
}
