/** Comments on issues and pull requests. */
import { z } from 'zod';
import type { Comment, GitHub } from './github.ts';
import { ask, request, requestAll, type Connection } from './request.ts';

const CommentAnswer = z.object({
  id: z.number(),
  html_url: z.string(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullable(),
});

/** The calls about comments; `at` is the repository's path. */
export function comments(
  connection: Connection,
  at: string,
  viewer: () => Promise<string>,
): Pick<GitHub, 'comment' | 'upsertComment' | 'updateComment' | 'react'> {
  const write = async (method: 'POST' | 'PATCH', path: string, what: string, body: string): Promise<Comment> =>
    commentOf(
      await ask(connection, CommentAnswer, { method, path: `${at}/issues/${path}`, body: { body }, what, needs: 'pull-requests: write' }),
    );
  const comment = (issue: number, body: string) => write('POST', `${issue}/comments`, `comment on #${issue}`, body);
  const update = async (issue: number, marker: string, body: string): Promise<Comment | null> => {
    const own = await viewer();
    const what = `read the comments on #${issue}`;
    const list = { method: 'GET', path: `${at}/issues/${issue}/comments`, what, needs: 'pull-requests: read' } as const;
    const all = (await requestAll(connection, list)).map((each) => commentOf(CommentAnswer.parse(each)));
    // Anybody can write our marker into a comment of theirs.
    const ours = all.find((each) => each.author === own && beginsWith(each.body, marker));
    return ours === undefined ? null : write('PATCH', `comments/${ours.id}`, `update the comment on #${issue}`, `${marker}\n${body}`);
  };
  return {
    comment,
    updateComment: update,
    upsertComment: async (issue, marker, body) => (await update(issue, marker, body)) ?? (await comment(issue, `${marker}\n${body}`)),
    react: async (id, content) => {
      const path = `${at}/issues/comments/${id}/reactions`;
      await request(connection, { method: 'POST', path, body: { content }, what: 'react to a comment', needs: 'issues: write' });
    },
  };
}

function commentOf({ id, html_url, body, user }: z.output<typeof CommentAnswer>): Comment {
  return { id, url: html_url, body: body ?? '', author: user?.login ?? null };
}

function beginsWith(body: string, marker: string): boolean {
  return body === marker || body.startsWith(`${marker}\n`) || body.startsWith(`${marker}\r\n`);
}
