/** `plans new`: a draft, from nothing or from a list that somebody wrote. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { adoptMarkdown, templatePlan } from '../core/adopt.ts';
import { slugOf } from '../core/slug.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type Command, type CommandContext, type CommandInput } from './context.ts';
import { inWorkspace, shownPath, writeJson } from './reading.ts';
import { renderDiagnostics } from './terminal/diagnostics.ts';
import { paintLines } from './terminal/line.ts';
import { count, oneLine } from './terminal/text.ts';

/** Largest text that `--from` takes, in bytes: a list that people wrote is far below it. */
const MAX_SOURCE_BYTES = 4 * 1024 * 1024;
const SLUG = /^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{M}\p{N}._-]{0,79}$/u;

/** Writes a new draft plan. */
export const newPlan: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const title = oneLine(input.arguments[0] ?? '').trim();
    if (title === '') throw new CommandError('A plan needs a title: plans new "Add user authentication".');
    const slug = slugFor(title, input);
    const file = workspace.planPath(slug);
    const path = shownPath(workspace, file);
    const text = await draftText(context, workspace, input, { title, slug, path });
    await writeNew(file, path, text);
    const { checkPlan } = await import('../core/lint.ts');
    const { plan } = checkPlan(text, slug, { known: workspace.known });
    const tasks = plan.phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
    if (context.json) writeJson(context, { version: 1, id: slug, file: path, title, phases: plan.phases.length, tasks });
    else if (!context.quiet) {
      context.out.write(`${path}: a draft with ${count(tasks, 'task')}. Edit it, then: plans ready ${slug} && plans run ${slug}\n`);
    }
    return EXIT.done;
  });

function slugFor(title: string, input: CommandInput): string {
  const given = input.text('slug');
  if (given === undefined) return slugOf(title, 'task').replace(/^task-/, 'plan-');
  if (SLUG.test(given)) return given;
  throw new CommandError(
    `"${oneLine(given)}" cannot be a slug: lower-case letters, digits, "-", "." and "_", at most 80. From the title it would be "${slugOf(title, 'task')}".`,
  );
}

async function draftText(
  context: CommandContext,
  workspace: Workspace,
  input: CommandInput,
  { title, slug, path }: { title: string; slug: string; path: string },
): Promise<string> {
  const from = input.text('from');
  if (from === undefined) return templatePlan(title);
  const source = await readSource(context, from);
  const name = from === '-' ? 'Standard input' : from;
  const adopted = adoptMarkdown(source, title);
  if (adopted === null) {
    throw new CommandError(
      `${name} has no list: "- [ ] task" or "- task" at the beginning of a line makes a task. Nothing was written.`,
      EXIT.failed,
    );
  }
  const { applyFixes, checkPlan } = await import('../core/lint.ts');
  const known = workspace.known;
  const text = applyFixes(adopted, checkPlan(adopted, slug, { known }).diagnostics).text;
  const { valid, diagnostics } = checkPlan(text, slug, { known });
  if (valid) return text;
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  context.err.write(paintLines(renderDiagnostics(path, text, errors, context.err.size().columns), context.err.color));
  throw new CommandError(
    `${name} makes a plan with ${count(errors.length, 'error')}, shown as it would stand in ${path}. Nothing was written.`,
    EXIT.failed,
  );
}

async function readSource(context: CommandContext, from: string): Promise<string> {
  let text: string;
  try {
    text = from === '-' ? await context.readInput() : await readFile(resolve(context.cwd, from), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : `the system says ${code}`;
    throw new CommandError(`${from} cannot be read: ${why}. --from takes a Markdown file, or - for standard input.`);
  }
  if (Buffer.byteLength(text) > MAX_SOURCE_BYTES)
    throw new CommandError(`${from} is larger than ${MAX_SOURCE_BYTES / 1024 / 1024} MiB, too large for a plan.`);
  return text;
}

/** Writes a file that must not exist yet. */
async function writeNew(file: string, path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx', flush: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'EEXIST')
      throw new CommandError(
        `${path} exists already and was not touched. Give the plan another title, or another name with --slug.`,
        EXIT.failed,
      );
    throw new CommandError(`${path} could not be written: the system says ${code}.`);
  }
}
