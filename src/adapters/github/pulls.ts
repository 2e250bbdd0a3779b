/** Pull requests. */
import { z } from 'zod';
import type { GitHub, Pull, PullSide } from './github.ts';
import { ask, requestAll, type Call, type Connection } from './request.ts';

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
  return {
    pull: (number) => call({ method: 'GET', path: `${at}/pulls/${number}`, what: `read #${number}` }),
    openPull: async (branch, base) => {
      const query = new URLSearchParams({ state: 'open', head: `${owner}:${branch}`, base }).toString();
      const list = { method: 'GET', path: `${at}/pulls?${query}`, what: 'list pull requests', needs: 'pull-requests: read' } as const;
      const found = (await requestAll(connection, list)).map((each) => pullOf(PullAnswer.parse(each)));
      // A fork's branch may have the same name, and an owner's fork the same owner.
      return found.find(({ head, base: to }) => head.branch === branch && head.repositoryId === to.repositoryId) ?? null;
    },
    createPull: (body) => call({ method: 'POST', path: `${at}/pulls`, body, what: 'open a pull request' }),
    updatePull: (number, body) => call({ method: 'PATCH', path: `${at}/pulls/${number}`, body, what: `update #${number}` }),
  };
}

function pullOf({ number, html_url, title, body, state, merged_at, head, base }: z.output<typeof PullAnswer>): Pull {
  const merged = (merged_at ?? null) !== null;
  return { number, url: html_url, title, body: body ?? '', state: merged ? 'merged' : state, head: sideOf(head), base: sideOf(base) };
}

function sideOf({ ref, sha, repo }: z.output<typeof Side>): PullSide {
  return { branch: ref, commit: sha, repositoryId: repo?.id ?? null };
}
