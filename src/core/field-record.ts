/** A key of a plan whose value differs, as data, and what it gives power over. */
import { z } from 'zod';

/** What a change gives power over, so that a reviewer looks at it as at code. */
const RISKS = ['command', 'agent', 'gates', 'files', 'budget', 'approval'] as const;
export type Risk = (typeof RISKS)[number];

export const FieldChange = z
  .object({
    field: z.string(),
    /** As it would stand in the file; null where it does not. */
    before: z.string().nullable(),
    after: z.string().nullable(),
    risk: z.enum(RISKS).nullable(),
  })
  .meta({ id: 'FieldChange', description: 'A key, its values as they would stand in the file, and what it gives power over.' });

export type FieldChange = z.infer<typeof FieldChange>;
