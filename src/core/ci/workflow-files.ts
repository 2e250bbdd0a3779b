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
  /** A command by which a machine gets what gates need; null where only a person knows it. */
  readonly install: string | null;
}

/** The text with another branch and folder where it names them, and with the step that installs where it leaves room for one. */
export function fitWorkflow(text: string, { branch, plans, install }: Fit): string {
  const fit = text
    .replaceAll('branches: [main]', () => `branches: [${quoted(branch)}]`)
    .replaceAll("'plans/**'", () => quoted(`${plans}**`, true));
  return install === null ? fit : fit.replaceAll(ROOM, (line) => `${line}      - run: ${install}\n`);
}

/** The line of a job that runs gates behind which their steps go. */
const ROOM = /^ *# Here goes what your gates need.*\n/gm;

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
