import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { House, houseEnvironment } from '../house/house.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chavion-refusals-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('listens on no port');
  return address.port;
}

interface Ran {
  readonly code: number;
  readonly output: string;
}

/** One verb to its end, on a house that never comes up. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, input?: string): Promise<Ran> {
  const house = new House(folder, await houseEnvironment(folder), true);
  const launcher = house.launch(args, env, input);
  const [code] = await once(launcher, 'close');
  return { code: Number(code), output: house.output };
}

describe('a start that cannot be', () => {
  it('lists all that is wrong with the settings and the roster, and makes no folder', async () => {
    writeFileSync(join(folder, 'roster.json'), '{"agents":[]}');
    const { code, output } = await run([], {
      CHAVION_REDIS_PORT: '0',
      CHAVION_LANG: 'en',
      CHAVION_TZ: 'Nowhere',
      CHAVION_ROSTER: join(folder, 'roster.json'),
    });
    expect(code).toBe(1);
    for (const place of [
      'CHAVION_REDIS_PORT=0',
      'CHAVION_TZ=Nowhere',
      'roster.json: agents',
      'roster.json: coordinator',
      'roster.json: integrator',
    ])
      expect(output).toContain(place);
    expect(statSync(join(folder, 'data'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('says it in Korean to Koreans, whatever the setting', async () => {
    writeFileSync(join(folder, 'roster.json'), '\uFEFF{\n  "agents": [}\n');
    const wrong = {
      CHAVION_SERVER_NAME: 'a_b',
      CHAVION_SYNAPSE_PORT: '99999',
      CHAVION_API_PORT: '80a',
      CHAVION_LISTEN: 'all',
      CHAVION_PUBLIC_URL: 'chat.example.org',
      CHAVION_TZ: 'Seoul',
      CHAVION_REHEARSAL: 'no',
      OPENAI_BASE_URL: 'localhost:1',
      OPENAI_API_KEY: 'sk-비밀',
      CHAVION_ROSTER: join(folder, 'roster.json'),
    };
    const { code, output } = await run([], wrong);
    expect(code).toBe(1);
    for (const name of Object.keys(wrong)) expect(output).toContain(name);
    expect(output).not.toContain('비밀');
    expect(output).toContain('2번째 줄 근처');
    // What is told of each stands in a line of its own, further in.
    const told = output.split('\n').filter((line) => /^ {8}\S/.test(line));
    expect(told).toHaveLength(Object.keys(wrong).length);
    expect(
      told.filter(
        (line) => !/\p{Script=Hangul}/u.test(line) || /[a-z]{2,} [a-z]{2,}/.test(line) || line.includes('number'),
      ),
    ).toEqual([]);
  });

  it('stops nobody with a name or a folder in the place of a file, and says which', async () => {
    await run([], { CHAVION_SYNAPSE_PORT: '20999', CHAVION_REDIS_PORT: '20999' });
    for (const name of ['ready.json', 'secrets.json', 'launcher.lock', 'instance.json']) {
      rmSync(join(folder, 'data', name), { recursive: true, force: true });
      mkdirSync(join(folder, 'data', name));
      const { code, output } = await run([], {
        CHAVION_LANG: 'en',
        CHAVION_SYNAPSE_PORT: '20999',
        CHAVION_REDIS_PORT: '20998',
      });
      expect([name, code, output]).toEqual([name, 1, expect.stringContaining(join('data', name))]);
      expect(output).not.toMatch(/unexpected|returned E|\n +at /);
      rmSync(join(folder, 'data', name), { recursive: true, force: true });
    }
  });

  it('does not open an empty house where the old one was', async () => {
    await run([], { CHAVION_SYNAPSE_PORT: '20999', CHAVION_REDIS_PORT: '20999' });
    writeFileSync(
      join(folder, 'data', 'instance.json'),
      JSON.stringify({ id: 'ffffffffffff', serverName: 'house.test', separated: process.getuid?.() === 0 }),
    );
    writeFileSync(join(folder, 'data', 'provision.json'), '{"avatars":{}}');
    const { code, output } = await run([], { CHAVION_LANG: 'en' });
    expect(code).toBe(1);
    for (const name of ['homeserver.db', 'appendonlydir', 'npm start -- restore']) expect(output).toContain(name);
  });

  it('names the port that is taken, its variable and who has it', async () => {
    const stranger = createTcp().listen(0, '127.0.0.1');
    onTestFinished(() => void stranger.close());
    await once(stranger, 'listening');
    const port = portOf(stranger.address());
    const { code, output } = await run([], { CHAVION_SYNAPSE_PORT: String(port) });
    expect(code).toBe(1);
    expect(output).toContain(`CHAVION_SYNAPSE_PORT=${port}`);
    expect(output).toContain(`(${process.pid})`);
  });

  it('says when two settings want one port', async () => {
    const { code, output } = await run([], { CHAVION_SYNAPSE_PORT: '20999', CHAVION_REDIS_PORT: '20999' });
    expect(code).toBe(1);
    expect(output).toContain('CHAVION_SYNAPSE_PORT=20999');
    expect(output).toContain('CHAVION_REDIS_PORT=20999');
  });

  it('says where it may not write', async () => {
    // A file in the way stops root too.
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const place of [file, join(file, 'data')]) {
      const { code, output } = await run([], { CHAVION_DATA_DIR: place, CHAVION_LANG: 'en' });
      expect([place, code, output]).toEqual([place, 1, expect.stringContaining(`cannot write to ${place}`)]);
    }
  });

  it('leaves damaged secrets as they are', async () => {
    await run([], { CHAVION_SYNAPSE_PORT: '20999', CHAVION_REDIS_PORT: '20999' });
    writeFileSync(join(folder, 'data', 'secrets.json'), '{"passwords"');
    const { code, output } = await run([]);
    expect(code).toBe(1);
    expect(output).toContain('secrets.json');
    expect(readFileSync(join(folder, 'data', 'secrets.json'), 'utf8')).toBe('{"passwords"');
  });
});

describe('the other verbs', () => {
  it('explain themselves', async () => {
    const { code, output } = await run(['--help'], { CHAVION_LANG: 'en' });
    expect(code).toBe(0);
    for (const verb of ['npm start', 'npm start -- keys', 'npm start -- doctor', 'npm run chat'])
      expect(output).toContain(verb);
    expect(await run(['strat'])).toMatchObject({ code: 2, output: expect.stringContaining('strat') });
    // Asked for nothing, and made nothing.
    expect(await run(['keys', '--help'], { CHAVION_LANG: 'en' })).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^ {2}Usage: npm start -- keys\n/),
    });
    expect(await run(['rotate-secrets', '--now'])).toMatchObject({
      code: 2,
      output: expect.stringContaining('쓰는 법'),
    });
    expect(statSync(join(folder, 'data'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('doctor finds secrets that others can read, and is content once they cannot', async () => {
    await run([], { CHAVION_SYNAPSE_PORT: '20999', CHAVION_REDIS_PORT: '20999' });
    const file = join(folder, 'data', 'instance.json');
    chmodSync(file, 0o644);
    const ill = await run(['doctor']);
    expect(ill).toMatchObject({ code: 1, output: expect.stringContaining(`chmod go= ${file}`) });
    chmodSync(file, 0o600);
    const well = await run(['doctor']);
    expect(well).toMatchObject({ code: 0, output: expect.not.stringContaining('✗') });
  });

  it('doctor says what is wrong with the settings', async () => {
    expect(await run(['doctor'], { CHAVION_TZ: 'Nowhere' })).toMatchObject({
      code: 1,
      output: expect.stringContaining('CHAVION_TZ=Nowhere'),
    });
  });

  it('keys tests each key where the agents will use it, keeps the good, refuses the bad, shows none', async () => {
    const seen: string[] = [];
    const provider = createServer((request, response) => {
      seen.push(`${request.url} ${String(request.headers.authorization ?? request.headers['x-api-key'])}`);
      response.statusCode = String(request.headers.authorization).includes('good') ? 200 : 401;
      response.end('{}');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void provider.close());
    await once(provider, 'listening');
    const address = `http://127.0.0.1:${portOf(provider.address())}/v1`;
    // OpenAI, Google (kept), Anthropic, then the end of the input.
    const { code, output } = await run(
      ['keys'],
      { OPENAI_BASE_URL: address, ANTHROPIC_BASE_URL: address },
      'sk-good-1234567890\n\nsk-bad-1234567890\n',
    );
    expect(seen).toEqual(['/v1/models Bearer sk-good-1234567890', '/v1/models sk-bad-1234567890']);
    expect(code).toBe(1);
    expect(output).not.toMatch(/sk-(?:good|bad)/);
    const file = join(folder, 'data', 'keys.env');
    expect(readFileSync(file, 'utf8')).toBe('OPENAI_API_KEY=sk-good-1234567890\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await run(['keys'], {}, '-\n')).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).toBe('');
  });
});
