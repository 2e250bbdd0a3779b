/** What a review looks for, and what it can suggest. Apart from their shapes, so that the command line knows them without loading those. */

export const REVIEW_TYPES = ['refine_descriptions', 'add_missing', 'optimize_order', 'break_down'] as const;
/** What a review looks for. */
export type ReviewType = (typeof REVIEW_TYPES)[number];

export const SUGGESTION_TYPES = ['add_task', 'modify_task', 'reorder', 'add_phase', 'break_down_task'] as const;
/** What a suggestion would do. */
export type SuggestionType = (typeof SUGGESTION_TYPES)[number];
