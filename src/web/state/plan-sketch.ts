/** A plan as it is jotted down: a line that begins with `#` is a phase, any other is a task of the phase above it. */

interface SketchPhase {
  readonly title: string;
  readonly tasks: readonly { readonly title: string }[];
}

/** Signs that people write before a phase or a task. */
const HEADING = /^#+\s+/;
const BULLET = /^(?:[-*+]\s+(?:\[[ xX]\]\s+)?|\d+[.)]\s+)/;

/** Phases with their tasks. Tasks before the first phase go to one of that name. */
export function phasesOf(text: string, first: string): readonly SketchPhase[] {
  const phases: { title: string; tasks: { title: string }[] }[] = [];
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    if (HEADING.test(line)) phases.push({ title: line.replace(HEADING, ''), tasks: [] });
    else {
      if (phases.length === 0) phases.push({ title: first, tasks: [] });
      phases.at(-1)?.tasks.push({ title: line.replace(BULLET, '') });
    }
  }
  return phases;
}
