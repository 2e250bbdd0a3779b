/** The part of the table that runs in GitHub Actions: what `action.yml` calls. Each command is a file in `ci/`. */
import { CI_REVIEW } from './ci-review-table.ts';
import { CI_RUN } from './ci-run-table.ts';
import { CI_WAVE } from './ci-wave-table.ts';
import type { CommandSpec } from './specification.ts';

export const CI: readonly CommandSpec[] = [...CI_REVIEW, ...CI_RUN, ...CI_WAVE];
