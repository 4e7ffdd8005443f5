import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { publicAddresses } from '../../bridge/launcher/verbs/public-addresses.ts';
import { agentApiHelp } from '../../bridge/text/room/agent-api-help.ts';

let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/help') return response.end(agentApiHelp.ko(url, false));
    if (request.url?.startsWith('/p/') === true)
      return response.writeHead(404, { 'content-security-policy': "sandbox allow-scripts; default-src 'none'" }).end();
    return response.writeHead(404).end('{"errcode":"M_UNRECOGNIZED"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => server.close());

it('says which addresses lead to the house, and which lead to something else or nowhere', async () => {
  const reached = async (api: string | undefined, pages: string | undefined) =>
    (await publicAddresses({ CHAVION_API_URL: api, CHAVION_PREVIEW_URL: pages })).map((one) => one.reached);
  expect(await reached(url, url)).toEqual([true, true]);
  // The homeserver's address, as everything named it once.
  expect(await reached(`${url}/rooms`, `${url}/rooms`)).toEqual([false, false]);
  expect(await reached('http://127.0.0.1:1', undefined)).toEqual([false]);
  expect(await reached(undefined, undefined)).toEqual([]);
  const [said] = await publicAddresses({ CHAVION_API_URL: 'http://127.0.0.1:1', CHAVION_PREVIEW_URL: undefined });
  expect(said?.said.en()).toContain('CHAVION_API_URL http://127.0.0.1:1: does not lead');
});
