/** Pull requests. */
import { z } from 'zod';
import type { GitHub, Pull, PullSide } from './github.ts';
import { ask, GitHubRefusal, pauseFor, requestAll, type Call, type Connection } from './request.ts';

/** Tries to open one. */
const CREATE_TRIES = 3;
/** What is given GitHub after each to see what was pushed, times the number of the try. Milliseconds. */
const SEEN_MS = 2_000;

const Side = z.object({ ref: z.string(), sha: z.string(), repo: z.object({ id: z.number() }).nullable() });
const PullAnswer = z.object({
  number: z.number(),
  html_url: z.string(),
  title: z.string(),
  body: z.string().nullable(),
  state: z.enum(['open', 'closed']),
  merged_at: z.string().nullish(),
  head: Side,
  base: Side,
});

/** The calls about pull requests; `at` is the repository's path. */
export function pulls(connection: Connection, at: string, owner: string): Pick<GitHub, 'pull' | 'openPull' | 'createPull' | 'updatePull'> {
  const call = async (given: Omit<Call, 'needs'>): Promise<Pull> =>
    pullOf(await ask(connection, PullAnswer, { ...given, needs: given.method === 'GET' ? 'pull-requests: read' : 'pull-requests: write' }));
  const updatePull: GitHub['updatePull'] = (number, body) =>
    call({ method: 'PATCH', path: `${at}/pulls/${number}`, body, what: `update #${number}` });
  const openPull = async (branch: string, base: string): Promise<Pull | null> => {
    const query = new URLSearchParams({ state: 'open', head: `${owner}:${branch}`, base }).toString();
    const list = { method: 'GET', path: `${at}/pulls?${query}`, what: 'list pull requests', needs: 'pull-requests: read' } as const;
    const found = (await requestAll(connection, list)).map((each) => pullOf(PullAnswer.parse(each)));
    // A fork's branch may have the same name, and an owner's fork the same owner.
    return found.find(({ head, base: to }) => head.branch === branch && head.repositoryId === to.repositoryId) ?? null;
  };
  return {
    pull: (number) => call({ method: 'GET', path: `${at}/pulls/${number}`, what: `read #${number}` }),
    openPull,
    createPull: async (body) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await call({ method: 'POST', path: `${at}/pulls`, body, what: 'open a pull request' });
        } catch (error) {
          if (!(error instanceof GitHubRefusal) || !isUnsure(error)) throw error;
          // It may be there for all that.
          const found = await openPull(body.head, body.base);
          if (found !== null) return await updatePull(found.number, { title: body.title, body: body.body });
          if (attempt === CREATE_TRIES) throw error;
          await pauseFor(connection, SEEN_MS * attempt);
        }
      }
    },
    updatePull,
  };
}

/** Where nobody knows what was done, or where GitHub does not know a branch yet that was pushed a moment ago. */
function isUnsure({ status }: GitHubRefusal): boolean {
  return status === 0 || status === 422 || status >= 500;
}

function pullOf({ number, html_url, title, body, state, merged_at, head, base }: z.output<typeof PullAnswer>): Pull {
  const merged = (merged_at ?? null) !== null;
  return { number, url: html_url, title, body: body ?? '', state: merged ? 'merged' : state, head: sideOf(head), base: sideOf(base) };
}

function sideOf({ ref, sha, repo }: z.output<typeof Side>): PullSide {
  return { branch: ref, commit: sha, repositoryId: repo?.id ?? null };
}
