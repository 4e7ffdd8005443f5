import type { Account } from '../../bridge/matrix/account.ts';
import { pageDataId } from '../../bridge/stores/page-data.ts';
import type { Preview } from '../../bridge/stores/preview-links.ts';
import type { TaskState } from '../tasks/state/task-state.ts';
import type { Site } from './site.ts';

/** What a browser is to be shown of a site. All versions of a task's page remember the same. */
export async function siteShown(
  { front, files }: Site,
  { lang, root }: Pick<TaskState, 'lang' | 'root'>,
  account: Pick<Account, 'download'>,
): Promise<Preview> {
  return { lang, title: await titleOf(front, account), front: front.path, files: [...files], data: pageDataId(root) };
}

/** What the page calls itself; the name of its file where it does not say. */
async function titleOf(front: Site['front'], account: Pick<Account, 'download'>): Promise<string> {
  const html = Buffer.from(await account.download(front.url, front.bytes)).toString('utf8');
  const title = /<title>([^<>]{1,200})<\/title>/i.exec(html.slice(0, 20_000))?.[1]?.trim() ?? '';
  return title === '' ? front.path.slice(-200) : title;
}
