/** The one plan file that a run works on: what it said when it was last accepted, and every write to it. */
import { lstatSync, realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { applyEdits } from '../core/edit.ts';
import type { EditResult } from '../core/edit.ts';
import { checkPlan } from '../core/lint.ts';
import { parsePlan } from '../core/parse.ts';
import type { Plan } from '../core/plan.ts';
import { shellWord } from '../core/shell.ts';
import { verifyEdit } from '../core/verify.ts';
import type { Expectation } from '../core/verify.ts';
import type { Workspace } from './workspace.ts';

/** What the file says now, against what was last accepted. */
export type Reading =
  | { readonly type: 'same'; readonly text: string; readonly plan: Plan }
  | { readonly type: 'edited'; readonly text: string; readonly plan: Plan }
  /** Gone, unreadable or with errors: nothing may be done with it. */
  | { readonly type: 'unusable'; readonly message: string };

export type Writing = { readonly type: 'written' } | { readonly type: 'failed'; readonly message: string };

export class PlanFile {
  /** Relative to the root, `/`-separated, as git has it. */
  readonly path: string;
  #text: string;
  #plan: Plan;
  readonly #file: string;
  readonly #workspace: Workspace;
  #epoch = 0;

  private constructor(workspace: Workspace, file: string, text: string, plan: Plan) {
    this.#workspace = workspace;
    this.#file = file;
    this.path = relative(workspace.root, file).split(sep).join('/');
    this.#text = text;
    this.#plan = plan;
  }

  /** Opens a plan that is there and has no errors; else a sentence. */
  static async open(workspace: Workspace, planId: string): Promise<PlanFile | { readonly message: string }> {
    const file = workspace.planPath(planId);
    const linked = behindLink(workspace.root, file);
    if (linked !== null) return { message: linked };
    const reading = await readPlan(workspace, file, planId);
    return 'message' in reading ? reading : new PlanFile(workspace, file, reading.text, reading.plan);
  }

  get plan(): Plan {
    return this.#plan;
  }

  get text(): string {
    return this.#text;
  }

  /** What the file says now; a save by an editor that had not seen our last write has that made again first. */
  async read(): Promise<Reading> {
    const reading = await this.look();
    if (reading.type === 'same') return reading;
    await this.#workspace.files.settle(this.#file);
    return this.look();
  }

  /** What the file says at this moment. Changes nothing. */
  async look(): Promise<Reading> {
    const reading = await readPlan(this.#workspace, this.#file, this.#plan.id, this);
    if ('message' in reading) return { type: 'unusable', message: reading.message };
    return reading.text === this.#text ? { type: 'same', text: this.#text, plan: this.#plan } : { type: 'edited', ...reading };
  }

  /** What was written before is not made again any more, whatever the file says. */
  forget(): void {
    this.#epoch += 1;
  }

  /** Takes what was read as the text that counts. */
  accept(reading: { readonly text: string; readonly plan: Plan }): void {
    this.#text = reading.text;
    this.#plan = reading.plan;
  }

  /**
   * Splices the newest text. `change` is called again when somebody has written meanwhile, so it must find its place anew, and (but with
   * `once`) when a save from an older text has undone it. What is written is read again first: with `only`, nothing else may differ.
   * On success the written text is accepted.
   */
  async edit(
    change: (text: string, plan: Plan) => EditResult,
    options: { readonly once?: boolean; readonly only?: Expectation } = {},
  ): Promise<Writing> {
    let accepted: { text: string; plan: Plan } | null = null;
    let refusal: string | null = null;
    const epoch = this.#epoch;
    const splice = (current: string): string | null => {
      if (epoch !== this.#epoch) return null;
      const plan = current === this.#text ? this.#plan : this.#parse(current);
      const edits = change(current, plan);
      if ('refused' in edits) {
        refusal = edits.refused;
        return null;
      }
      const text = applyEdits(current, edits.edits);
      const after = this.#parse(text);
      refusal = options.only === undefined ? null : verifyEdit(plan, after, options.only);
      if (refusal !== null) return null;
      accepted = { text, plan: after };
      return text;
    };
    const result = await this.#workspace.files.editText(this.#file, splice, options);
    // The file remembers the edit for a while: it must not keep a whole plan alive with it.
    const written: typeof accepted = accepted;
    accepted = null;
    if (refusal !== null) return { type: 'failed', message: refusal };
    if (result.type === 'failed') return { type: 'failed', message: result.message };
    if (written !== null) this.accept(written);
    return { type: 'written' };
  }

  /** What a text says. Our own splice of a valid text needs no linter: what it changed is compared field by field. */
  #parse(text: string): Plan {
    return parsePlan(text, this.#plan.id, this.#workspace.cache).plan;
  }
}

/** Why git cannot keep a file: it takes a symbolic link for the link, and nothing that lies behind it. Null where none is on the way. */
export function behindLink(root: string, file: string): string | null {
  const parts = relative(root, file).split(sep);
  for (const [index] of parts.entries()) {
    const path = join(root, ...parts.slice(0, index + 1));
    const stat = lstatSync(path, { throwIfNoEntry: false });
    // Nothing can lie behind what is no folder, or not there.
    if (stat === undefined || stat.isFile()) return null;
    if (!stat.isSymbolicLink()) continue;
    const link = shellWord(parts.slice(0, index + 1).join('/'));
    const target = relative(realpathSync(root), realpathSync(path)).split(sep).join('/');
    const remedy =
      index === parts.length - 1
        ? 'Put the file itself in its place.'
        : target.startsWith('../')
          ? 'Put a folder in its place.'
          : `Write "plans: ${target}" into plans.config.yaml, or put the folder itself in its place.`;
    return `${link} is a symbolic link, and git commits no file behind one, so that no task could be ticked there. ${remedy}`;
  }
  return null;
}

async function readPlan(
  workspace: Workspace,
  file: string,
  planId: string,
  known?: { readonly text: string; readonly plan: Plan },
): Promise<{ text: string; plan: Plan } | { message: string }> {
  const read = await workspace.files.readText(file);
  if (read.type === 'failed') return { message: read.message };
  if (read.text === known?.text) return known;
  const checked = checkPlan(read.text, planId, { known: workspace.known, cache: workspace.cache });
  if (checked.valid) return { text: read.text, plan: checked.plan };
  const errors = checked.diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const path = shellWord(relative(workspace.root, file));
  return { message: `${path}:${first?.line}:${first?.column} ${first?.message}${more} See it: plans lint ${shellWord(planId)}` };
}
