/** One plan as other tools take it. */
import type { Plan } from '../core/plan.ts';

export const PLAN_FORMATS = ['markdown', 'mermaid', 'github', 'spec-kit'] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];

/**
 * A plan without errors in another format: a plain Markdown list, a Mermaid graph, a shell script that makes GitHub issues, or spec-kit's tasks.md.
 *
 * @param text the plan's file, which `plan` was read from
 */
export async function planInFormat(format: PlanFormat, text: string, plan: Plan): Promise<string> {
  switch (format) {
    case 'mermaid':
      return (await import('../core/export/mermaid.ts')).mermaidText(plan);
    case 'github':
      return (await import('../core/export/github.ts')).githubScript(plan);
    case 'spec-kit':
      return (await import('../core/export/spec-kit.ts')).specKitText(text, plan);
    case 'markdown':
      return (await import('../core/export/markdown.ts')).markdownText(text, plan);
  }
}
