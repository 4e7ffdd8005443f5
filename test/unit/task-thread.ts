import type { ActContent } from '../../bridge/protocol/act.ts';
import { PlanJob } from '../../bridge/protocol/command-job.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { Plan, PlanHash } from '../../bridge/protocol/plan.ts';
import { canonical, canonicalHash } from '../../bridge/digest/canonical.ts';
import type { PlanGateFacts } from '../../executor/gate/plan-gate.ts';

export const HQ = RoomId.parse('!hq:test');
export const ROOT = EventId.parse('$root');
export const MASTER = UserId.parse('@master:test');
export const COORDINATOR = UserId.parse('@agent_coordinator:test');
export const AT = 1_700_000_000_000;

export const account = (agent: string): UserId => UserId.parse(`@agent_${agent}:test`);
export const hashOf = (plan: Plan): PlanHash => PlanHash.parse(canonicalHash(plan));

/** A command as models write it; `script` is what it runs. */
export const shell = (id: string, script: string, more: object = {}) => ({
  kind: 'command',
  title: `step ${id}`,
  command: { type: 'shell', id, reason: 'because', script, ...more },
});
export const planWith = (goal: string, ...steps: object[]): Plan => Plan.parse({ goal, steps });

type Raw = Record<string, unknown> & { content: Record<string, unknown>; unsigned: Record<string, unknown> };

/** The events of one task as a homeserver would give them; each can be tampered with. */
export class TaskThreadRecord {
  readonly events = new Map<EventId, Raw>();
  #clock = AT;

  constructor() {
    this.put('$root', MASTER, { msgtype: 'm.text', body: '!task list the files' });
  }

  put(id: string, sender: string, content: Record<string, unknown>, type = 'm.room.message'): EventId {
    const event = EventId.parse(id);
    this.events.set(event, {
      event_id: id,
      room_id: HQ,
      sender,
      type,
      origin_server_ts: this.#clock,
      content,
      unsigned: { age: 1 },
    });
    this.#clock += 1_000;
    return event;
  }

  act(
    id: string,
    sender: string,
    content: ActContent,
    more: { readonly conversation?: string; readonly thread?: string } = {},
  ): EventId {
    const act = { performative: 'inform', conversation: more.conversation ?? ROOT, ontology: 'chavion-task', content };
    return this.put(id, sender, {
      msgtype: 'm.text',
      body: content.kind,
      'com.chavion': { v: 1, kind: 'act', act },
      'm.relates_to': {
        rel_type: 'm.thread',
        event_id: more.thread ?? ROOT,
        is_falling_back: true,
        'm.in_reply_to': { event_id: ROOT },
      },
    });
  }

  proposal(agent: string, plan: Plan, round = 0): EventId {
    return this.act(`$proposal-${round}-${agent}`, account(agent), {
      kind: 'proposal',
      round,
      hash: hashOf(plan),
      plan: canonical(plan),
    });
  }

  ballot(agent: string, ranking: readonly Plan[], round = 0): EventId {
    return this.act(`$ballot-${round}-${agent}`, account(agent), {
      kind: 'ballot',
      round,
      ranking: ranking.map(hashOf),
      reason: 'so',
    });
  }

  /** The same in a vote in the coordinator's poll, as the house casts it. */
  paper(agent: string, ranking: readonly Plan[], round = 0): EventId {
    const poll = `$poll-${round}`;
    if (!this.events.has(EventId.parse(poll)))
      this.put(
        poll,
        COORDINATOR,
        { 'm.relates_to': { rel_type: 'm.thread', event_id: ROOT } },
        'org.matrix.msc3381.poll.start',
      );
    const id = this.ballot(agent, ranking, round);
    this.change(id, (raw) => ({
      ...raw,
      type: 'org.matrix.msc3381.poll.response',
      content: {
        ...raw.content,
        'org.matrix.msc3381.poll.response': { answers: ranking.slice(0, 1).map((plan) => hashOf(plan).slice(0, 16)) },
        'm.relates_to': { rel_type: 'm.reference', event_id: poll },
      },
    }));
    return id;
  }

  patch(id: string, agent: string, base: Plan, plan: Plan, step: string): EventId {
    return this.act(id, account(agent), {
      kind: 'patch',
      of: hashOf(base),
      step: Plan.shape.steps.element.options[1].shape.id.parse(step),
      hash: hashOf(plan),
      plan: canonical(plan),
    });
  }

  edit(id: string): void {
    this.change(id, (raw) => ({ ...raw, unsigned: { age: 1, 'm.relations': { 'm.replace': { event_id: '$edit' } } } }));
  }

  redact(id: string): void {
    this.change(id, (raw) => ({ ...raw, content: {}, unsigned: { redacted_because: { type: 'm.room.redaction' } } }));
  }

  change(id: string, how: (raw: Raw) => Raw): void {
    const event = EventId.parse(id);
    const raw = this.events.get(event);
    if (raw === undefined) throw new Error(`no ${id}`);
    this.events.set(event, how(raw));
  }

  /** Another content of an act, under the same id. */
  say(id: string, more: Record<string, unknown>): void {
    this.change(id, (raw) => {
      const chavion = JSON.parse(JSON.stringify(raw.content['com.chavion']));
      chavion.act.content = { ...chavion.act.content, ...more };
      return { ...raw, content: { ...raw.content, 'com.chavion': chavion } };
    });
  }

  from(id: string, sender: string): void {
    this.change(id, (raw) => ({ ...raw, sender }));
  }
}

/** For the step `look` of what `$decision` decided. */
export const jobOf = (more: object = {}): PlanJob =>
  PlanJob.parse({
    v: 1,
    type: 'plan',
    root: ROOT,
    room: HQ,
    at: AT,
    lang: 'ko',
    decision: '$decision',
    step: 'look',
    attempt: 1,
    ...more,
  });
/** What the executor has read for it, ten minutes after the root. */
export const factsOf = (thread: TaskThreadRecord, more: Partial<PlanGateFacts> = {}): PlanGateFacts => ({
  raw: thread.events.get(ROOT),
  masters: new Set([MASTER]),
  reactions: [],
  stoppedUntil: 0,
  rooms: [HQ],
  now: AT + 600_000,
  events: thread.events,
  coordinator: COORDINATOR,
  endedAt: 0,
  ...more,
});

/** Three agents and two plans: `list` wins over `tree` by two to one, by ballots as they were once cast or by votes in the poll. */
export function voted(list: Plan, tree: Plan, by: 'ballot' | 'paper'): TaskThreadRecord {
  const thread = new TaskThreadRecord();
  const electorate = thread.act('$electorate', COORDINATOR, {
    kind: 'electorate',
    round: 0,
    agents: ['claude', 'gabriel', 'jarvis'] as never,
  });
  const proposals = [thread.proposal('claude', list), thread.proposal('jarvis', tree)];
  const ballots = [
    thread[by]('claude', [list, tree]),
    thread[by]('gabriel', [list]),
    thread[by]('jarvis', [tree, list]),
  ];
  const winner = hashOf(list);
  thread.act('$decision', COORDINATOR, {
    kind: 'decision',
    round: 0,
    rule: 'vote',
    winner,
    electorate,
    proposals,
    ballots,
  });
  return thread;
}
