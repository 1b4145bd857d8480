/** The list of the group's members alone, by id, page after page. */
import { measure, setting, takeToken } from './measure.ts';

interface Page {
  readonly value: readonly { readonly id: string }[];
  readonly '@odata.nextLink'?: string;
}

await measure(async () => {
  const headers = { authorization: `Bearer ${await takeToken()}` };
  let [users, requests] = [0, 0];
  const get = async (url: string): Promise<Page> => {
    requests += 1;
    return (await (await fetch(url, { headers })).json()) as Page;
  };
  const root = `${setting('MSGRAPH_GRAPH_URL')}/v1.0`;
  const name = setting('MSGRAPH_GROUP_NAME_TO_SYNC');
  const found = await get(`${root}/groups?$filter=displayName eq '${name}'&$select=id`);
  let next: string | undefined =
    `${root}/groups/${found.value[0]?.id ?? ''}/members?$select=id&$top=999`;
  while (next !== undefined) {
    const page: Page = await get(next);
    users += page.value.length;
    next = page['@odata.nextLink'];
  }
  return { users, requests };
});
