/** The workflows that a repository copies, made to fit it: they are written for the branch `main` and the folder `plans`. */

/** Their names. Plans are executed on one machine, or on many: by one of the last two. */
export const REVIEW = 'plans-review.yml';
export const COMMAND = 'plans-command.yml';
export const RUN = 'plans-run.yml';
export const MATRIX = 'plans-matrix.yml';

interface Fit {
  /** The branch that work is merged into. */
  readonly branch: string;
  /** The folder of the plans, from the root, with a final `/`. */
  readonly plans: string;
}

/** The text with another branch and folder where it names them. */
export function fitWorkflow(text: string, { branch, plans }: Fit): string {
  return text
    .replaceAll('branches: [main]', () => `branches: [${quoted(branch)}]`)
    .replaceAll("'plans/**'", () => quoted(`${plans}**`, true));
}

/** As YAML has it. */
function quoted(text: string, always = false): string {
  return !always && /^[A-Za-z][\w./-]*$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

/** The page of a repository on GitHub, by the address of a remote; null where that is none of a web server or of ssh. */
export function repositoryPage(remote: string): string | null {
  const [, host, path] =
    /^(?:https?:\/\/|ssh:\/\/)(?:[^@/]+@)?([\w.-]+)(?::\d+)?\/([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(remote) ??
    /^(?:[^@/\s]+@)([\w.-]+):([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(remote) ??
    [];
  return host === undefined || path === undefined ? null : `https://${host}/${path}`;
}
