import { randomUUID } from 'node:crypto';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActContent } from '../../bridge/protocol/act.ts';
import { Plan, PlanHash } from '../../bridge/protocol/plan.ts';
import { canonical, canonicalHash } from '../../bridge/digest/canonical.ts';
import { asUser, inRoom, request } from '../house/matrix.ts';
import type { Shown } from '../house/person.ts';
import { planResults } from '../house/plan-results.ts';
import type { Json } from '../house/provider-formats.ts';
import type { ExecutorScene } from './executor-scene.ts';

export const hashOf = (plan: Plan): string => canonicalHash(plan);
export const planWith = (...steps: object[]): Plan => Plan.parse({ goal: 'by hand', steps });
export const shell = (id: string, script: string, more: object = {}, around: object = {}) => ({
  kind: 'command',
  title: `step ${id}`,
  command: { type: 'shell', id, reason: 'by hand', script, ...more },
  ...around,
});

const AGENTS = ['claude', 'gabriel', 'jarvis'] as const;

/** A task whose swarm is played here: whoever holds the appservice's token can say all this. */
export class TaskByHand {
  readonly scene: ExecutorScene;
  readonly root: string;

  private constructor(scene: ExecutorScene, root: string) {
    this.scene = scene;
    this.root = root;
  }

  static async begin(scene: ExecutorScene, body = '!task by hand'): Promise<TaskByHand> {
    return new TaskByHand(scene, await scene.master.say(scene.hq, body));
  }

  /** Of a message that stands there already. */
  static at(scene: ExecutorScene, root: string): TaskByHand {
    return new TaskByHand(scene, root);
  }

  /** Says something in the thread with the account of an agent. */
  async act(agent: string, content: ActContent): Promise<string> {
    const act = { performative: 'inform', conversation: this.root, ontology: 'chavion-task', content };
    return this.post(agent, {
      msgtype: 'm.text',
      body: content.kind,
      'm.mentions': {},
      'com.chavion': { v: 1, kind: 'act', act },
      'm.relates_to': {
        rel_type: 'm.thread',
        event_id: this.root,
        is_falling_back: true,
        'm.in_reply_to': { event_id: this.root },
      },
    });
  }

  async post(agent: string, content: object): Promise<string> {
    const { house, secrets } = this.scene.scene;
    const path = asUser(inRoom(this.scene.hq, `send/m.room.message/${randomUUID()}`), this.scene.scene.agent(agent));
    const { body, status } = await request(house.ready.homeserver, 'PUT', path, {
      token: secrets.appservice.appservice,
      body: content,
    });
    if (status !== 200) throw new Error(`${agent}: ${status}`);
    return String(body['event_id']);
  }

  /** A plan that all three vote for; returns the decision. */
  async decide(
    plan: Plan,
    round = 0,
    change: Partial<Extract<ActContent, { kind: 'decision' }>> = {},
  ): Promise<string> {
    const hash = PlanHash.parse(hashOf(plan));
    const electorate = await this.act('coordinator', { kind: 'electorate', round, agents: [...AGENTS] as never });
    const proposal = await this.act('claude', { kind: 'proposal', round, hash, plan: canonical(plan) });
    const ballots = await Promise.all(
      AGENTS.map((agent) => this.act(agent, { kind: 'ballot', round, ranking: [hash], reason: 'good' })),
    );
    return this.act('coordinator', {
      kind: 'decision',
      round,
      rule: 'vote',
      winner: hash,
      electorate,
      proposals: [proposal],
      ballots,
      ...change,
    } as never);
  }

  async patch(
    base: string,
    before: Plan,
    after: Plan,
    step: string,
    agents: readonly string[] = ['claude', 'jarvis'],
  ): Promise<string> {
    const patches = await Promise.all(
      agents.map((agent) =>
        this.act(agent, {
          kind: 'patch',
          of: hashOf(before),
          step,
          hash: hashOf(after),
          plan: canonical(after),
        } as never),
      ),
    );
    return this.act('coordinator', { kind: 'patched', base, patches, hash: hashOf(after) } as never);
  }

  async dispatch(decision: string, step: string, more: object = {}): Promise<void> {
    await this.scene.inject(
      await this.scene.jobFor(this.scene.hq, this.root, { type: 'plan', decision, step, attempt: 1, ...more }),
    );
  }

  /** What the executor says of a step, the last of it: nothing or one. */
  said(step: string, attempt = 1): readonly { readonly id: string; readonly body: string; readonly result: Json }[] {
    return planResults(this.scene.master.events(this.scene.hq), this.root)
      .filter(({ result }) => result.step === step && result.attempt === attempt)
      .map(({ event, result }) => ({ id: event.event_id, body: event.content.body, result }));
  }

  /** The result of a step, once it is over. */
  ended(step: string, attempt = 1): Promise<{ readonly id: string; readonly body: string; readonly result: Json }> {
    return this.scene.master.until(`the end of ${step}`, this.scene.hq, () =>
      this.said(step, attempt).find(({ result }) => !['asked', 'running'].includes(result.state)),
    );
  }

  /** The requests for approval in the thread. */
  requests(): readonly Shown[] {
    return this.scene.master
      .shown(this.scene.hq)
      .filter(
        ({ who, thread, body, chavion }) =>
          who === 'executor' && thread === this.root && chavion?.kind === 'notice' && body.startsWith('✋'),
      );
  }

  async asked(count = 1): Promise<readonly Shown[]> {
    await this.scene.master.until('a request', this.scene.hq, () =>
      this.requests().length >= count ? true : undefined,
    );
    const requests = this.requests();
    for (const { id } of requests) {
      await this.scene.master.until(
        'the signs',
        this.scene.hq,
        () =>
          this.scene.reactions(this.scene.hq, id).filter(({ sender }) => sender.startsWith('@executor')).length === 2 ||
          undefined,
      );
    }
    return requests;
  }

  /** A file of the task's workspace, as the host has it. */
  file(name: string): string | undefined {
    const folder = `task-${createHash('sha256').update(this.root).digest('hex').slice(0, 24)}`;
    const path = join(this.scene.folder, 'workspaces', folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }
}
