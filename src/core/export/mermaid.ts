/** A plan as a Mermaid flowchart. */
import { mermaidOf, wholeGraph } from '../graph.ts';
import type { Plan } from '../plan.ts';

export function mermaidText(plan: Plan): string {
  return mermaidOf(wholeGraph(plan), plan.title);
}
