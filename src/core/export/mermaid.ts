/** A plan as a Mermaid flowchart: phases as subgraphs, tasks with the class of their status, dependencies as arrows. */
import type { Plan } from '../plan.ts';

/** Characters of a title that a node shows. */
const LABEL_MAX = 80;
const CLASSES = [
  'classDef pending fill:#f6f8fa,stroke:#8c959f,color:#24292f',
  'classDef completed fill:#dafbe1,stroke:#1a7f37,color:#24292f',
  'classDef failed fill:#ffebe9,stroke:#cf222e,color:#24292f',
  'classDef skipped fill:#f6f8fa,stroke:#8c959f,color:#57606a,stroke-dasharray:4',
];

export function mermaidText(plan: Plan): string {
  const nodes = new Map(plan.phases.flatMap(({ tasks }) => tasks).map(({ id }, index) => [id, `t${index + 1}`]));
  const lines = ['flowchart LR'];
  for (const [index, phase] of plan.phases.entries()) {
    lines.push(`  subgraph p${index + 1}["${label(phase.title || plan.title)}"]`);
    for (const task of phase.tasks) lines.push(`    ${nodes.get(task.id)}["${label(task.title)}"]:::${task.status}`);
    lines.push('  end');
  }
  // Phases follow each other, whatever their tasks say.
  for (const [index] of plan.phases.slice(1).entries()) lines.push(`  p${index + 1} --> p${index + 2}`);
  for (const { id, dependsOn } of plan.phases.flatMap(({ tasks }) => tasks)) {
    for (const other of dependsOn) lines.push(`  ${nodes.get(other)} --> ${nodes.get(id)}`);
  }
  return `${[...lines, ...CLASSES.map((line) => `  ${line}`)].join('\n')}\n`;
}

/** Text that can neither end the label nor be read as Markdown or HTML: everything but words and plain punctuation as a character code. */
function label(title: string): string {
  const points = Array.from(title.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim());
  const short = points.length > LABEL_MAX ? `${points.slice(0, LABEL_MAX - 1).join('')}…` : points.join('');
  return short.replaceAll(/[^\p{L}\p{M}\p{N}\p{So} .,:/()…–—-]/gu, (found) => `#${found.codePointAt(0)};`) || ' ';
}
