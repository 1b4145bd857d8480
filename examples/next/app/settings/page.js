import { headers } from 'next/headers';

import { pages } from '../../rollkeeper.js';

export const metadata = { title: 'Settings' };

export default async function Settings() {
  const request = new Request('http://localhost/settings', { headers: await headers() });
  const fragment = await (await pages()).settingsFragment(request);
  return (
    <>
      <h1>Settings</h1>
      <div dangerouslySetInnerHTML={{ __html: fragment }} />
    </>
  );
}
