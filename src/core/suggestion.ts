/** A suggestion: one change of a plan that a person accepts or not. As data, and as what a review file says of it. */
import { z } from 'zod';
import type { NewTask } from './embed.ts';
import { Slug } from './frontmatter.ts';
import type { NewPhase } from './plan-edits.ts';
import { SUGGESTION_TYPES, type SuggestionType } from './review-types.ts';
import type { FieldValues } from './yaml-text.ts';

export const ReviewFrontmatter = z
  .strictObject({
    createdBy: z.enum(['user', 'claude', 'api']).optional().describe('Who made the suggestions; `user` where nothing is said.'),
    model: z.string().min(1).optional().describe('The model that made them, or the last of them.'),
  })
  .meta({ id: 'ReviewFrontmatter', title: 'Review frontmatter', description: 'The `---` block at the top of a review file.' });

export const SuggestionFrontmatter = z
  .strictObject({
    id: Slug.describe("The suggestion's name for `plans apply` and `plans dismiss`."),
    type: z.enum(SUGGESTION_TYPES).describe('What it would do.'),
    target: z
      .string()
      .min(1)
      .describe(
        'What it is about: the id of a task (`modify_task`, `break_down_task`, `reorder`), of a phase (`add_task`: where the task goes; `reorder`), or of the plan (`add_phase`).',
      ),
    against: z
      .string()
      .regex(/^[0-9a-f]{12}$/, 'the 12 digits that a review writes')
      .optional()
      .describe(
        'What the target was when the suggestion was made, as a digest: once that has changed, the suggestion is stale. Without it nothing is compared.',
      ),
    phase: Slug.optional().describe('`reorder`: the phase that the task goes to; without it, the one it is in.'),
    beforeTask: Slug.optional().describe('`add_task`, `reorder`: the task that it goes before; without it, the end of the phase.'),
    beforePhase: Slug.optional().describe('`add_phase`, `reorder`: the phase that it goes before; without it, the end of the plan.'),
  })
  .meta({
    id: 'SuggestionFrontmatter',
    title: 'Suggestion frontmatter',
    description: "The fenced `yaml` block that stands first after a suggestion's title.",
  });

/** Where something is put. */
export type SuggestionPlace = Readonly<Pick<z.output<typeof SuggestionFrontmatter>, 'phase' | 'beforeTask' | 'beforePhase'>>;

export interface Suggestion {
  /** Unique in the review. */
  readonly id: string;
  readonly type: SuggestionType;
  readonly target: string;
  readonly against: string | undefined;
  readonly place: SuggestionPlace;
  /** Markdown: why. */
  readonly reasoning: string;
  /**
   * What of the plan is concerned, before and after: Markdown as it would stand in the plan, with `\n`. Empty where nothing is there
   * before. For `reorder` the names in their order, to be read only: `place` says what happens.
   */
  readonly before: string;
  readonly after: string;
}

/** What a suggestion does to a plan. */
export type SuggestedChange =
  | { readonly type: 'add_task'; readonly phase: string; readonly beforeTask: string | undefined; readonly task: NewTask }
  | {
      readonly type: 'modify_task';
      readonly task: string;
      readonly title: string | undefined;
      readonly description: string | undefined;
      /** Keys of the frontmatter; null removes one. */
      readonly fields: FieldValues;
    }
  | { readonly type: 'reorder'; readonly of: 'task'; readonly item: string; readonly phase: string; readonly before: string | undefined }
  | { readonly type: 'reorder'; readonly of: 'phase'; readonly item: string; readonly before: string | undefined }
  | { readonly type: 'add_phase'; readonly beforePhase: string | undefined; readonly phase: NewPhase; readonly tasks: readonly NewTask[] }
  | { readonly type: 'break_down_task'; readonly task: string; readonly parts: readonly NewTask[] };

/** A sentence why something cannot be done. */
export interface Refusal {
  readonly refused: string;
}
