import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import { buildPreview } from '../../bridge/http/preview/preview.ts';
import type { SwarmCommands } from '../commands/house-commands.ts';
import { PageData, pageDataId } from '../../bridge/stores/page-data.ts';
import { LINK_DAYS, PreviewLinks, tokenFor } from '../../bridge/stores/preview-links.ts';
import { PublishedPages } from '../../bridge/stores/published-pages.ts';
import { takeToken } from '../../bridge/stores/rate-limit.ts';
import { findChromium } from '../../bridge/config/chromium.ts';
import type { Rooms } from '../../bridge/appservice/rooms.ts';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import type { ChavionContent } from '../../bridge/protocol/content.ts';
import { ownHostNames } from '../../bridge/protocol/host-names.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import type { RoomEvent } from '../../bridge/protocol/room-event.ts';
import type { SwarmSettings } from '../../bridge/protocol/settings.ts';
import { openQueue, type PutAside, workOn } from '../../bridge/queue/jobs.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { siteReady, siteShot } from '../../bridge/text/room/preview.ts';
import { plainWords } from '../../bridge/matrix/markdown-words.ts';
import type { TaskState } from '../tasks/state/task-state.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { sendFile } from '../tasks/outbox.ts';
import { previewAddress } from './preview-address.ts';
import { takeScreenshot } from './screenshot.ts';
import { publishing } from './publishing.ts';
import { siteOf } from './site.ts';
import { siteShown } from './site-shown.ts';

export interface PreviewPartDeps {
  readonly redis: Redis;
  readonly tasks: Pick<Tasks, 'onEnded' | 'get' | 'ended'>;
  readonly coordinator: Account;
  readonly rooms: Pick<Rooms, 'masters' | 'reader'>;
  readonly settings: Pick<
    SwarmSettings,
    | 'CHAVION_PREVIEW_PORT'
    | 'CHAVION_PREVIEW_URL'
    | 'CHAVION_PUBLIC_URL'
    | 'CHAVION_LISTEN'
    | 'CHAVION_LANG'
    | 'CHAVION_TZ'
    | 'CHAVION_APPSERVICE_TOKEN'
  >;
  readonly putAside: PutAside;
  readonly log: Logger;
}

/** What a page may write: bursts of typing, and not a flood. */
const WRITES = { burst: 60, perMinute: 120 };

/** Shows what tasks made for the browser: a picture and a link in the thread, and the server that the link leads to. */
export interface PreviewPart {
  readonly commands: SwarmCommands<'publish'>;
  /** Takes links away with the messages that they lean on, and hears taps under what was published. */
  hear(event: RoomEvent): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

const SiteJob = z.object({ root: EventId });
type SiteJob = z.infer<typeof SiteJob>;
const QUEUE = 'websites';
/** Ends that this process may have missed. */
const LOOK_BACK = 20;
/** As long as a task is known. */
const KEEP_S = 91 * 24 * 3600;

export function createPreview(deps: PreviewPartDeps): PreviewPart {
  const { redis, tasks, coordinator, settings, log } = deps;
  const links = new PreviewLinks(redis);
  const data = new PageData(redis);
  const published = new PublishedPages(redis, settings.CHAVION_APPSERVICE_TOKEN);
  const queue = openQueue<SiteJob>(QUEUE, redis);
  const server = buildPreview({
    links,
    published,
    data,
    wait: (page) => takeToken(redis, `page.${page}`, WRITES, Date.now()),
    read: (mxc, maxBytes) => coordinator.download(mxc, maxBytes),
    lang: settings.CHAVION_LANG,
    address: settings.CHAVION_PREVIEW_URL,
    names: ownHostNames(settings.CHAVION_PREVIEW_URL, settings.CHAVION_PUBLIC_URL),
    log,
  });
  const address = previewAddress(settings);
  const publish = publishing({ ...deps, published, data, address });

  const wanted = async (states: readonly TaskState[]): Promise<void> => {
    const jobs = states.flatMap((state) => {
      const site = siteOf(state);
      return site === null ? [] : [{ id: `website.${site.version}`.replaceAll(':', '_'), data: { root: state.root } }];
    });
    await queue.add(jobs);
  };

  /** Doing it twice does it once: the messages have the site's own transaction ids, and what is done is remembered. */
  async function show(root: EventId): Promise<void> {
    const state = await tasks.get(root);
    const site = state === null ? null : siteOf(state);
    const shown = site === null ? null : swarmKey('website-shown', site.version);
    if (state === null || site === null || shown === null || (await redis.exists(shown)) === 1) return;
    const preview = await siteShown(site, state, coordinator);
    // The same after a crash, so that the link in the thread is the one that opens.
    const token = await links.mint(preview, [root], tokenFor(settings.CHAVION_APPSERVICE_TOKEN, site.id));
    // Taken back meanwhile; from here on it is heard.
    if (!(await stands(state))) return links.forget(root);
    const path = `/p/${token}/`;
    const chromium = findChromium();
    const picture =
      chromium === undefined
        ? null
        : await takeScreenshot({
            chromium,
            port: settings.CHAVION_PREVIEW_PORT,
            path,
            lang: state.lang,
            timeZone: settings.CHAVION_TZ,
          });
    const txn = `task.${root}.website.${state.runs}`;
    const chavion: ChavionContent = { v: 1, kind: 'act', root };
    if (picture !== null)
      await sendFile(
        coordinator,
        state,
        { name: siteShot[state.lang](state.no), mediaType: 'image/png', read: () => picture },
        `${txn}.picture`,
        { ...chavion, silent: true },
      );
    const text = siteReady[state.lang]({
      page: plainWords(preview.title, 80),
      url: `${address.base}${path}`,
      days: LINK_DAYS,
      onlyHere: address.onlyHere,
      noPicture: picture !== null ? null : chromium === undefined ? 'no-browser' : 'failed',
    });
    const event = await coordinator.send(
      state.room,
      'm.room.message',
      messageContent({ text, msgtype: 'm.notice', thread: root, chavion }),
      `${txn}.link`,
    );
    await links.leanOn(token, event);
    await redis.set(shown, '1', 'EX', KEEP_S);
  }

  async function stands({ room, root }: TaskState): Promise<boolean> {
    const event = Stored.safeParse(await coordinator.event(room, root)).data;
    return event !== undefined && event.unsigned?.redacted_because === undefined;
  }

  let worker: { close(): Promise<void> } | null = null;
  let deaf: () => void = () => undefined;
  return {
    commands: publish.commands,
    async hear(event) {
      if (event.kind === 'reaction') return publish.tapped(event);
      if (event.kind !== 'redaction') return;
      await links.forget(event.target);
      await publish.taskGone(event.target);
      await data.forget(pageDataId(event.target));
    },
    async open() {
      await links.tidy();
      await server.listen({ host: settings.CHAVION_LISTEN, port: settings.CHAVION_PREVIEW_PORT });
      const onFailure = (id: string, error: Error): void => log.error({ job: id, error: error.message }, 'job failed');
      // One browser at a time is plenty.
      worker = workOn(
        QUEUE,
        SiteJob,
        redis,
        { concurrency: 1, onFailure, putAside: deps.putAside },
        async ({ root }) => {
          try {
            await show(root);
          } catch (error) {
            // The room is closed to the coordinator: nobody would see it.
            if (!refused(error)) throw error;
            onFailure(root, error instanceof Error ? error : new Error('refused'));
          }
        },
      );
      deaf = tasks.onEnded(
        (state) =>
          void wanted([state]).catch((error: unknown) =>
            log.warn({ task: state.root, error: error instanceof Error ? error.name : 'unknown' }, 'website'),
          ),
      );
      await wanted(await tasks.ended(LOOK_BACK));
    },
    async close() {
      deaf();
      await Promise.all([worker?.close(), server.close()]);
      await data.close();
      await queue.close();
    },
  };
}

const Stored = z.object({ unsigned: z.object({ redacted_because: z.unknown().optional() }).optional() });
