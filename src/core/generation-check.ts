/** What speaks against an answer before a plan is made of it. Each problem is a sentence that Claude can mend it by. */
import type { RootContent } from 'mdast';
import { overlap } from './choose.ts';
import { refusal } from './embed.ts';
import type { PlanAnswer, TaskAnswer } from './generation-answer.ts';
import { parseMarkdown } from './markdown.ts';
import { readSection } from './section.ts';

export interface AnswerProblem {
  /** `error`: no plan is made of it. `advice`: the plan would work, and could be better. */
  readonly severity: 'error' | 'advice';
  readonly message: string;
}

/** Characters of a title. More than this and a commit's subject says half of it. */
const MAX_TITLE = 100;
/** Characters of a description: more is no instruction any more, but the work itself. */
const MAX_DESCRIPTION = 6_000;
const MAX_CRITERIA = 10;
/** Characters of one criterion, or one glob. */
const MAX_LINE = 400;
const MAX_FILES = 30;

/** What an editor and GitHub do not show, or show in another order than it is read in; joiners of scripts and emoji are none of it. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const SHOWN: ReadonlySet<string> = new Set(['\n', '\r', '\t', '\u200C', '\u200D']);
const BOX = /^\s*(?:(?:[-*+]|\d+[.)])\s+)?\[[ xX~-]\](?:\s|$)/;

type Phase = PlanAnswer['phases'][number];

/** Everything that can be said about an answer by itself; ids and dependencies are the linter's. */
export function answerProblems(answer: PlanAnswer): readonly AnswerProblem[] {
  const problems = [...proseProblems('The description of the plan', answer.description)];
  for (const phase of answer.phases) {
    const name = `the phase "${phase.title}"`;
    problems.push(...titleProblems('The title of a phase', phase.title), ...proseProblems(`The description of ${name}`, phase.description));
    if (phase.tasks.length === 0) problems.push(error(`${capital(name)} has no tasks. Give it one, or leave it out.`));
    problems.push(...phase.tasks.flatMap(taskProblems));
    if (phase.executionMode === 'parallel') problems.push(...parallelProblems(phase));
  }
  return problems;
}

/** What can be said about one task by itself. */
export function taskProblems(task: TaskAnswer): readonly AnswerProblem[] {
  const name = `the task "${task.id}"`;
  const text = `The description of ${name}`;
  const problems = [...titleProblems(`The title of ${name}`, task.title), ...textProblems(text, task.description, MAX_DESCRIPTION)];
  if (task.description.trim() === '') problems.push(error(`${text} is empty. Say what is to be done, in which files, and how.`));
  if (readSection(task.description).open)
    problems.push(error(`${text} leaves a code fence, an HTML comment or an HTML block open. Close it.`));
  if (task.acceptanceCriteria.length === 0 && task.assignee === 'agent')
    problems.push(advice(`${capital(name)} has no acceptance criteria. Say how one sees that it is done.`));
  if (task.acceptanceCriteria.length > MAX_CRITERIA)
    problems.push(
      error(
        `${capital(name)} has ${task.acceptanceCriteria.length} acceptance criteria; at most ${MAX_CRITERIA} are allowed. Is it two tasks?`,
      ),
    );
  for (const criterion of task.acceptanceCriteria) problems.push(...lineProblems(`An acceptance criterion of ${name}`, criterion));
  if (task.files.length > MAX_FILES)
    problems.push(
      error(`${capital(name)} names ${task.files.length} globs as its files; at most ${MAX_FILES} are allowed. Use wildcards.`),
    );
  for (const glob of task.files) problems.push(...globProblems(name, glob));
  return problems;
}

export function titleProblems(what: string, title: string): readonly AnswerProblem[] {
  const problems = lineProblems(what, title);
  if (title.length <= MAX_TITLE) return problems;
  return [
    ...problems,
    advice(`${what} has ${title.length} characters; at most ${MAX_TITLE} fit where it is shown: "${title.slice(0, 40)}…".`),
  ];
}

/** Of what stands on one line, behind a mark that is put there. */
export function lineProblems(what: string, line: string): readonly AnswerProblem[] {
  const problems = [...textProblems(what, line, MAX_LINE)];
  if (line.trim() === '') problems.push(error(`${what} is empty.`));
  if (/[\r\n]/.test(line)) problems.push(error(`${what} has several lines. Make it one.`));
  if (BOX.test(line))
    problems.push(error(`${what} begins with a checkbox: "${line.slice(0, 40)}". Leave that out: it is added, and empty.`));
  return problems;
}

/** Of the text of a plan or a phase, where a heading or a box would count. */
export function proseProblems(what: string, text: string): readonly AnswerProblem[] {
  const refused = refusal(text);
  const problems = textProblems(what, text, MAX_DESCRIPTION);
  return refused === null ? problems : [...problems, error(`${what} cannot stand in a plan. ${refused.refused}`)];
}

export function textProblems(what: string, text: string, most: number): readonly AnswerProblem[] {
  const problems: AnswerProblem[] = [];
  if (text.length > most) problems.push(error(`${what} has ${text.length} characters; at most ${most} are allowed. Shorten it.`));
  const hidden = [...text.matchAll(HIDDEN)].map(([character]) => character).find((character) => !SHOWN.has(character));
  if (hidden !== undefined) problems.push(error(`${what} holds the character U+${codeOf(hidden)}, which nobody would see. Leave it out.`));
  if (withoutCode(text).includes('<!--'))
    problems.push(
      error(`${what} has an HTML comment, which a person who reviews the plan would not see. Say it openly, or put it in a code span.`),
    );
  if (hasTick(parseMarkdown(text).children, text))
    problems.push(error(`${what} has a ticked checkbox, and nothing is done yet. Leave it empty, or make it an acceptance criterion.`));
  return problems;
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

/** A text without its code blocks and code spans, roughly: in doubt something is left in. */
function withoutCode(text: string): string {
  return text.replaceAll(/^[ \t]*(`{3,}|~{3,})[^\n]*\n[^]*?^[ \t]*\1[^\n]*$/gm, '').replaceAll(/(?<!`)(`+)(?!`)[^]*?[^`]\1(?!`)/g, '');
}

/** Whether a box anywhere in it is ticked. */
function hasTick(nodes: readonly RootContent[], text: string): boolean {
  return nodes.some((node) => {
    const box = node.type === 'listItem' ? node.data?.box : undefined;
    if (box !== undefined && /x/i.test(text.slice(box.offset, box.offset + box.length))) return true;
    return 'children' in node && hasTick(node.children, text);
  });
}

export function globProblems(name: string, glob: string): readonly AnswerProblem[] {
  const problems = [...textProblems(`A glob of ${name}`, glob, MAX_LINE)];
  if (glob.trim() !== glob || glob === '') problems.push(error(`The glob "${glob}" of ${name} is empty, or has spaces around it.`));
  if (/^(?:[/\\~]|[A-Za-z]:)/.test(glob) || glob.split('/').includes('..'))
    problems.push(error(`The glob "${glob}" of ${name} leads out of the repository. Write it relative to the root.`));
  return problems;
}

/** Tasks that may run at the same time have to leave each other's files alone. */
function parallelProblems({ title, tasks }: Phase): readonly AnswerProblem[] {
  const agents = tasks.filter(({ assignee }) => assignee === 'agent');
  const open = agents.find(({ files }) => files.length === 0);
  if (open !== undefined && agents.length > 1)
    return [advice(`"${open.id}" names no files, and stands in the parallel phase "${title}". Name them, or make the phase sequential.`)];
  const waits = new Map(tasks.map((task) => [task.id, new Set(task.dependsOn)]));
  for (const [index, task] of agents.entries()) {
    for (const other of agents.slice(index + 1)) {
      if (!overlap(task.files, other.files) || isBehind(task.id, other.id, waits) || isBehind(other.id, task.id, waits)) continue;
      return [
        advice(
          `"${task.id}" and "${other.id}" stand in the parallel phase "${title}" and may change the same files. Divide the files, let one depend on the other, or make the phase sequential.`,
        ),
      ];
    }
  }
  return [];
}

/** Whether a task waits for another, perhaps by way of others. */
function isBehind(task: string, other: string, waits: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const seen = new Set([task]);
  // What is added while it is gone through is gone through too.
  for (const id of seen) for (const before of waits.get(id) ?? []) seen.add(before);
  return seen.has(other);
}

function capital(name: string): string {
  return name[0]?.toUpperCase() + name.slice(1);
}

function error(message: string): AnswerProblem {
  return { severity: 'error', message };
}

function advice(message: string): AnswerProblem {
  return { severity: 'advice', message };
}
