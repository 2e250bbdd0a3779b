/** A plan as a shell script that makes one GitHub issue for each open task. Nothing runs it but a person. */
import { isDone, type Phase, type Plan, type Task } from '../plan.ts';

export function githubScript(plan: Plan): string {
  const lines = [
    '#!/bin/sh',
    `# ${comment(plan.title)}: one issue for each open task. Read it, then run it in the repository: sh issues.sh`,
    'set -eu',
  ];
  const made = new Map<string, string>();
  for (const phase of plan.phases) {
    if (phase.title !== '') lines.push('', `# ${comment(phase.title)}`);
    for (const task of phase.tasks) {
      if (isDone(task)) {
        lines.push(`# ${task.status}: ${comment(task.title)}`);
        continue;
      }
      const name = `issue_${made.size + 1}`;
      lines.push(
        `${name}=$(gh issue create --title=${quoted(line(task.title))} --body=${body(plan, phase, task, made)})`,
        `printf '%s\\n' "$${name}"`,
      );
      made.set(task.id, name);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The body as one word: quoted text, and the addresses of the issues made before it. */
function body(plan: Plan, phase: Phase, task: Task, made: ReadonlyMap<string, string>): string {
  const from = `${phase.title === '' ? '' : `Phase: ${phase.title}\n`}Plan: ${plan.title} (${plan.id}/${task.id})`;
  const text = quoted([task.description, from].filter((part) => part !== '').join('\n\n'));
  const waits = task.dependsOn.flatMap((id) => made.get(id) ?? []);
  return waits.length === 0 ? text : `${text}${quoted('\n\nDepends on:')}${waits.map((name) => `${quoted('\n- ')}"$${name}"`).join('')}`;
}

/** Text as one word of any POSIX shell: nothing in it means anything there. NUL and other control characters are left out. */
function quoted(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return `'${text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F]/g, '').replaceAll("'", String.raw`'\''`)}'`;
}

function line(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** A comment ends with its line. */
const comment = line;
