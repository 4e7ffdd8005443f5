import { SILENT_RULE } from '../../synapse/silent-rule.ts';

/** What a phone does about an event: the owner's account as Synapse makes it, with the one rule that the house adds. */
export type Ring = 'silent' | 'banner' | 'sound';

interface Seen {
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
}
interface Rule {
  readonly id: string;
  readonly matches: (event: Seen, owner: string) => boolean;
  readonly ring: Ring;
}

const within = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isOf =
  (type: string) =>
  (event: Seen): boolean =>
    event.type === type;

/**
 * The default rules in their order (specification 1.15, 13.13.1.5; polls: MSC3930), as far as anything that the house
 * writes may meet them. A room has more than two members. Words that contain the owner's name count only where
 * `m.mentions` is missing.
 */
const RULES: readonly Rule[] = [
  {
    id: SILENT_RULE.rule_id,
    matches: ({ content }) =>
      SILENT_RULE.conditions.every(({ value }) => within(content, 'com.chavion', 'silent') === value),
    ring: 'silent',
  },
  { id: '.m.rule.suppress_notices', matches: ({ content }) => content['msgtype'] === 'm.notice', ring: 'silent' },
  { id: '.m.rule.member_event', matches: isOf('m.room.member'), ring: 'silent' },
  {
    id: '.m.rule.is_user_mention',
    matches: ({ content }, owner) => list(within(content, 'm.mentions', 'user_ids')).includes(owner),
    ring: 'sound',
  },
  {
    id: '.m.rule.contains_user_name',
    matches: ({ content }, owner) =>
      content['m.mentions'] === undefined && String(content['body']).includes(owner.slice(1, owner.indexOf(':'))),
    ring: 'sound',
  },
  {
    id: '.m.rule.is_room_mention',
    matches: ({ content }) => within(content, 'm.mentions', 'room') === true,
    ring: 'banner',
  },
  { id: '.m.rule.reaction', matches: isOf('m.reaction'), ring: 'silent' },
  {
    id: '.m.rule.suppress_edits',
    matches: ({ content }) => within(content, 'm.relates_to', 'rel_type') === 'm.replace',
    ring: 'silent',
  },
  { id: '.m.rule.poll_response', matches: isOf('org.matrix.msc3381.poll.response'), ring: 'silent' },
  { id: '.m.rule.message', matches: isOf('m.room.message'), ring: 'banner' },
  { id: '.m.rule.poll_start', matches: isOf('org.matrix.msc3381.poll.start'), ring: 'banner' },
  { id: '.m.rule.poll_end', matches: isOf('org.matrix.msc3381.poll.end'), ring: 'banner' },
];

export const ringOf = (event: Seen, owner: string): Ring =>
  RULES.find(({ matches }) => matches(event, owner))?.ring ?? 'silent';
