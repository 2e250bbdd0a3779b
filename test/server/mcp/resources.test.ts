import { describe, expect, it } from 'vitest';
import { createRepository } from '../../support/repository.ts';
import { PLAN } from '../serving.ts';
import { overStdio, SPEAKING } from './connecting.ts';

describe('resources', () => {
  it.each(['2025-11-25', '2026-07-28'] as const)('are plans and tasks, and a client of %s is told what changes', async (version) => {
    await using repository = await createRepository({ 'plans/greet.plan.md': PLAN, 'plans/grüß gott.plan.md': '# Grüß\n\n- [ ] Gott\n' });
    await using mcp = await overStdio(repository.root, SPEAKING[version]);
    const { resources } = await mcp.client.listResources();
    expect(resources.map(({ name }) => name).toSorted()).toEqual(['greet', 'grüß gott']);
    const greet = resources.find(({ name }) => name === 'greet')?.uri ?? '';
    const other = resources.find(({ name }) => name !== 'greet')?.uri ?? '';
    expect(other).toMatch(/^plans:\/\/[0-9a-f]{12}\/gr%C3%BC%C3%9F%20gott$/);
    const read = async (uri: string) => (await mcp.client.readResource({ uri })).contents;
    expect(await read(greet)).toEqual([{ uri: greet, mimeType: 'text/markdown', text: PLAN }]);
    expect(await read(other)).toMatchObject([{ text: '# Grüß\n\n- [ ] Gott\n' }]);
    const [found] = await read(`${greet}/read`);
    expect(found).toMatchObject({ text: expect.stringMatching(/^- \[ \] Read it aloud\n[\s\S]*assignee: human/) });
    for (const uri of [`${greet}/nothing`, 'plans://x/greet', 'plans://a/..%2F..%2Fetc%2Fpasswd', 'file:///etc/passwd', `${greet}%zz`])
      await expect(read(uri), uri).rejects.toMatchObject({ code: -32_602, data: { uri } });

    const updated = Promise.withResolvers<string>();
    const listed = Promise.withResolvers<void>();
    mcp.client.setNotificationHandler('notifications/resources/updated', ({ params }) => updated.resolve(params.uri));
    mcp.client.setNotificationHandler('notifications/resources/list_changed', () => listed.resolve());
    const uri = `${greet}/read`;
    if (version === '2025-11-25') await mcp.client.subscribeResource({ uri });
    else await mcp.client.listen({ resourcesListChanged: true, resourceSubscriptions: [uri] });
    await repository.write({ 'plans/greet.plan.md': PLAN.replace('aloud', 'softly') });
    expect(await updated.promise).toBe(uri);
    await repository.write({ 'plans/new.plan.md': '# New\n' });
    await listed.promise;
  });
});
