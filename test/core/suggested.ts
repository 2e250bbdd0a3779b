/** A plan and what could be suggested for it. */
import { parsePlan } from '../../src/core/parse.ts';
import { performChange, type Present, type Version } from '../../src/core/perform.ts';
import { titleOf, type TitledSuggestion } from '../../src/core/review-text.ts';
import { suggestionOf } from '../../src/core/suggest-change.ts';
import type { SuggestedChange } from '../../src/core/suggestion.ts';

export const PRESENT: Present = { known: null, cache: undefined, running: new Set() };

export const AUTH = `---
status: draft
---

# Add authentication

JWT-based.

## Database

- [x] Create the User model

  \`\`\`yaml
  id: user-model
  \`\`\`

- [ ] Add the migration

  \`\`\`yaml
  id: migration
  dependsOn: [user-model] # the table
  gates: [types]
  \`\`\`

  Write it.

## Routes

- [ ] Login

  \`\`\`yaml
  dependsOn: [migration]
  \`\`\`

- [ ] Logout
`;

export function versionOf(text: string, id = 'auth'): Version {
  return { text, plan: parsePlan(text, id).plan };
}

/** A change as a suggestion; a change that cannot be made fails the test. */
export function suggested(
  version: Version,
  change: SuggestedChange,
  more: { readonly id?: string; readonly reasoning?: string } = {},
): TitledSuggestion {
  const performed = performChange(version, change, PRESENT);
  if ('refused' in performed) throw new Error(performed.refused);
  const suggestion = suggestionOf(version, performed, change, more.reasoning ?? 'Because.');
  return { ...suggestion, id: more.id ?? suggestion.id, title: titleOf(version.plan, change) };
}

type Modification = Partial<Extract<SuggestedChange, { type: 'modify_task' }>>;

export function modify(task: string, change: Modification): SuggestedChange {
  return { title: undefined, description: undefined, fields: {}, ...change, type: 'modify_task', task };
}
