/** The one plan file that a run works on: what it said when it was last accepted, and every write to it. */
import { lstatSync, realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { applyEdits, spliceTo } from '../core/edit.ts';
import type { EditResult } from '../core/edit.ts';
import { readInPlace, writeInPlace, type InPlaceReading } from '../core/import/in-place.ts';
import { checkPlan } from '../core/lint.ts';
import { mergeTexts } from '../core/merge.ts';
import { parsePlan } from '../core/parse.ts';
import type { Plan } from '../core/plan.ts';
import { shellWord } from '../core/shell.ts';
import { verifyEdit } from '../core/verify.ts';
import type { Expectation } from '../core/verify.ts';
import { checkText } from './kept-reading.ts';
import type { Workspace } from './workspace.ts';

/** What the file says now, against what was last accepted. */
export type Reading =
  | { readonly type: 'same'; readonly text: string; readonly plan: Plan; readonly source: string }
  | { readonly type: 'edited'; readonly text: string; readonly plan: Plan; readonly source: string }
  /** Gone, unreadable or with errors: nothing may be done with it. */
  | { readonly type: 'unusable'; readonly message: string };

export type Writing = { readonly type: 'written' } | { readonly type: 'failed'; readonly message: string };

/** A text that counts; `source` is what the file holds, where that is something else. */
interface Accepted {
  readonly text: string;
  readonly plan: Plan;
  readonly source?: string;
}

export class PlanFile {
  /** Relative to the root, `/`-separated, as git has it. */
  readonly path: string;
  #text: string;
  #plan: Plan;
  /** What the file holds: the text itself, but for a list that is carried out where it is. */
  #source: string;
  readonly #file: string;
  readonly #workspace: Workspace;
  #epoch = 0;
  /** Of the last write: whether it was taken back. */
  #last = { isTakenBack: false };
  #check: () => void = () => {};

  private constructor(workspace: Workspace, file: string, { source, text, plan }: InPlaceReading) {
    this.#workspace = workspace;
    this.#file = file;
    this.path = relative(workspace.root, file).split(sep).join('/');
    this.#text = text;
    this.#plan = plan;
    this.#source = source;
  }

  /** Opens a plan that is there and has no errors; else a sentence. */
  static async open(workspace: Workspace, planId: string): Promise<PlanFile | { readonly message: string }> {
    const file = workspace.planPath(planId);
    const linked = behindLink(workspace.root, file);
    if (linked !== null) return { message: linked };
    const reading = await readPlan(workspace, file, planId);
    return 'message' in reading ? reading : new PlanFile(workspace, file, reading);
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
    const reading = await readPlan(this.#workspace, this.#file, this.#plan.id, {
      source: this.#source,
      text: this.#text,
      plan: this.#plan,
    });
    if ('message' in reading) return { type: 'unusable', message: reading.message };
    return reading.text === this.#text
      ? { type: 'same', text: this.#text, plan: this.#plan, source: this.#source }
      : { type: 'edited', ...reading };
  }

  /** Has every write preceded by a check, which throws where nothing may be written any more. */
  heldBy({ check }: { readonly check: () => void }): void {
    this.#check = check;
  }

  /** What was written before is not made again any more, whatever the file says. */
  forget(): void {
    this.#epoch += 1;
  }

  /** Takes what was read as the text that counts. */
  accept(reading: Accepted): void {
    this.#text = reading.text;
    this.#plan = reading.plan;
    this.#source = reading.source ?? reading.text;
  }

  /**
   * Makes the text what it was `before` the last write, but for what others have written since. Where they have written in the very place,
   * `otherwise` says what is to be done.
   */
  async takeBack(before: string, otherwise: (text: string, plan: Plan) => EditResult = stays): Promise<Writing> {
    const written = this.#text;
    this.#last.isTakenBack = true;
    const back = (text: string, plan: Plan): EditResult => {
      const merged = mergeTexts(written, text, before);
      return merged === null ? otherwise(text, plan) : { edits: spliceTo(text, merged) };
    };
    return this.edit(back, { once: true });
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
    let accepted: InPlaceReading | null = null;
    let refusal: string | null = null;
    const epoch = this.#epoch;
    const own = { isTakenBack: false };
    this.#last = own;
    const spliceNow = (current: string): string | null => {
      if (epoch !== this.#epoch || own.isTakenBack) return null;
      this.#check();
      const now = this.#reading(current);
      const edits = 'message' in now ? { refused: now.message } : change(now.text, now.plan);
      if ('message' in now || 'refused' in edits) {
        refusal = 'refused' in edits ? edits.refused : '';
        return null;
      }
      const text = applyEdits(now.text, edits.edits);
      const after = this.#parse(text);
      refusal = options.only === undefined ? null : verifyEdit(now.plan, after, options.only);
      const { inPlace } = this.#workspace;
      const source = inPlace === undefined ? text : writeInPlace(inPlace, current, now.plan, after);
      if (typeof source !== 'string') refusal ??= source.refused;
      if (refusal !== null || typeof source !== 'string') return null;
      accepted = { source, text, plan: after };
      return source;
    };
    let isWritten = false;
    const splice = (current: string): string | null => {
      if (!isWritten) return spliceNow(current);
      try {
        return spliceNow(current);
      } catch {
        // Made again with somebody's later write, it is not made where it may not be: the lock is another's by now, or the plan is another.
        return null;
      }
    };
    const result = await this.#workspace.files.editText(this.#file, splice, options);
    // The file remembers the edit for a while: it must not keep a whole plan alive with it.
    isWritten = true;
    const written: typeof accepted = accepted;
    accepted = null;
    if (refusal !== null) return { type: 'failed', message: refusal };
    if (result.type === 'failed') return { type: 'failed', message: result.message };
    if (written !== null) this.accept(written);
    return { type: 'written' };
  }

  /** What the file says where it holds `source`. */
  #reading(source: string): InPlaceReading | { readonly message: string } {
    if (source === this.#source) return { source, text: this.#text, plan: this.#plan };
    const { inPlace } = this.#workspace;
    return inPlace === undefined ? { source, text: source, plan: this.#parse(source) } : readInPlace(inPlace, source, this.#plan);
  }

  /** What a text says. Our own splice of a valid text needs no linter: what it changed is compared field by field. */
  #parse(text: string): Plan {
    return parsePlan(text, this.#plan.id, this.#workspace.cache).plan;
  }
}

/** The plan that the file's bytes in git say; those of a list that is carried out where it is become one first. */
export function committedPlan(
  workspace: Workspace,
  planId: string,
  bytes: Uint8Array,
): { readonly text: string; readonly plan: Plan } | null {
  const text = new TextDecoder().decode(bytes);
  if (workspace.inPlace === undefined)
    return { text, plan: checkPlan(text, planId, { known: workspace.known, cache: workspace.cache }).plan };
  const reading = readInPlace(workspace.inPlace, text, null);
  return 'message' in reading ? null : reading;
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

function stays(): EditResult {
  return { refused: 'somebody has written in the same place meanwhile.' };
}

async function readPlan(
  workspace: Workspace,
  file: string,
  planId: string,
  known?: InPlaceReading,
): Promise<InPlaceReading | { message: string }> {
  const read = await workspace.files.readText(file);
  if (read.type === 'failed') return { message: read.message };
  if (read.text === known?.source) return known;
  if (workspace.inPlace !== undefined) return readInPlace(workspace.inPlace, read.text, known?.plan ?? null);
  const checked = checkText(workspace, read.text, planId);
  if (checked.valid) return { source: read.text, text: read.text, plan: checked.plan };
  const errors = checked.diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const path = shellWord(relative(workspace.root, file));
  return { message: `${path}:${first?.line}:${first?.column} ${first?.message}${more} See it: plans lint ${shellWord(planId)}` };
}
