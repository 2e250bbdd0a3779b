/** What the built-in git says where it cannot do a thing right. */
import { GitUnsupported } from '../git.ts';

const INSTALL = 'Install the git program, and Plans uses that.';

/** The refusal, always with what was found and the way out. */
export const unsupported = (found: string): GitUnsupported =>
  new GitUnsupported(`${found}, which the built-in git cannot handle. ${INSTALL}`);
