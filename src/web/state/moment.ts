/** When something was, as the server counts: by the last event of each repository. */

/** The moment of the event whose id this is, as answers of the API name theirs. Null where it cannot be told. */
export function momentIn(id: string): string | null {
  try {
    const places = JSON.parse(atob(id.replaceAll('-', '+').replaceAll('_', '/'))) as Readonly<
      Record<string, { epoch: string; position: number }>
    >;
    return Object.entries(places)
      .map(([repository, { epoch, position }]) => `${repository}:${epoch}:${position}`)
      .join(',');
  } catch {
    return null;
  }
}
