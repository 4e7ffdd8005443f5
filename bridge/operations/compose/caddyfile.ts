import { CONTAINER_HOST, PORT, WORKERS } from './containers.ts';

/** What a client asks workers for as well as the first process: reading, and sending into rooms. */
const FOR_WORKERS = [
  String.raw`^/_matrix/client/(r0|v3)/sync$`,
  String.raw`^/_matrix/client/(api/v1|r0|v3)/events$`,
  String.raw`^/_matrix/client/unstable/org\.matrix\.simplified_msc3575/sync$`,
  String.raw`^/_matrix/client/(api/v1|r0|v3)/rooms/[^/]+/(joined_members|context/.*|members|state|messages|event/.*)$`,
  String.raw`^/_matrix/client/v1/rooms/[^/]+/(hierarchy|relations/.*|threads)$`,
  String.raw`^/_matrix/client/(api/v1|r0|v3)/rooms/[^/]+/(redact|send|state)/`,
];

/**
 * The one door to the outside. Certificates come by themselves for an https address. The homeserver's admin interface
 * is not behind it, but behind a port that docker-compose.yml opens to this machine alone.
 */
export function caddyfile(publicUrl: string, scale: boolean, previewUrl?: string, apiUrl: string = publicUrl): string {
  const synapse = `${CONTAINER_HOST.synapse}:${PORT.synapse}`;
  const upstream = `${CONTAINER_HOST.swarm}:${PORT.agentApi}`;
  const toAgentApi = [
    `reverse_proxy ${upstream}${scale ? ` ${CONTAINER_HOST.swarm}-2:${PORT.agentApi}` : ''} {`,
    ...(scale ? ['\tlb_policy header Authorization', '\tlb_try_duration 5s'] : []),
    '\tflush_interval -1',
    '}',
  ];
  const api = new URL(apiUrl);
  const beside = api.host === new URL(publicUrl).host;
  const prefix = api.pathname === '/' ? '' : api.pathname;
  const workers = WORKERS.map((name) => `${name}:${PORT.synapse}`).join(' ');
  const spread = [
    `\t@workers path_regexp (${FOR_WORKERS.join('|')})`,
    '\thandle @workers {',
    `\t\treverse_proxy ${workers} ${synapse} {`,
    // One client, one process: what it has cached is there.
    '\t\t\tlb_policy header Authorization',
    '\t\t\tlb_try_duration 5s',
    '\t\t}',
    '\t}',
  ];
  return `${[
    '{',
    '\tadmin off',
    '}',
    '',
    `${publicUrl} {`,
    '\tencode zstd gzip',
    '\theader {',
    '\t\tX-Content-Type-Options nosniff',
    '\t\tReferrer-Policy no-referrer',
    '\t\t-Server',
    '\t}',
    '\trequest_body {',
    '\t\tmax_size 52MB',
    '\t}',
    ...(scale ? spread : []),
    '\t@homeserver path /_matrix/* /_synapse/client/* /.well-known/matrix/client',
    '\thandle @homeserver {',
    `\t\treverse_proxy ${synapse}`,
    '\t}',
    ...(beside ? agentApiRoutes(prefix, toAgentApi) : []),
    '\t@closed path /_synapse/* /.well-known/matrix/* /metrics',
    '\thandle @closed {',
    '\t\trespond 404',
    '\t}',
    '\t@element path /config.json /config.*.json',
    '\thandle @element {',
    '\t\troot * /srv/element',
    '\t\trewrite * /config.json',
    '\t\tfile_server',
    '\t}',
    '\thandle {',
    `\t\treverse_proxy ${CONTAINER_HOST.element}:80`,
    '\t}',
    '}',
    '',
    // The agents' API under a name of its own.
    ...(beside
      ? []
      : [`${api.origin} {`, ...agentApiRoutes(prefix, toAgentApi), '\thandle {', '\t\trespond 404', '\t}', '}', '']),
    // Pages that agents made, under a name of their own: they are strangers to everything else here.
    ...(previewUrl === undefined
      ? []
      : [`${previewUrl} {`, `\treverse_proxy ${CONTAINER_HOST.swarm}:${PORT.preview}`, '}', '']),
    `http://:${PORT.adminPage} {`,
    '\t@homeserver path /_matrix/* /_synapse/*',
    '\thandle @homeserver {',
    `\t\treverse_proxy ${synapse}`,
    '\t}',
    '\thandle /config.json {',
    '\t\troot * /srv/synapse-admin',
    '\t\tfile_server',
    '\t}',
    '\thandle {',
    `\t\treverse_proxy ${CONTAINER_HOST.admin}:${PORT.ketesa}`,
    '\t}',
    '}',
  ].join('\n')}\n`;
}

/** What outside agents need and nothing more: figures and readiness stay inside. */
const AGENT_API_PATHS = ['/api/*', '/mcp', '/mcp/*', '/help', '/openapi.json'];

const agentApiRoutes = (prefix: string, toAgentApi: readonly string[]): readonly string[] => [
  `\t@agents path ${AGENT_API_PATHS.map((path) => `${prefix}${path}`).join(' ')}`,
  '\thandle @agents {',
  ...(prefix === '' ? [] : [`\t\turi strip_prefix ${prefix}`]),
  ...toAgentApi.map((line) => `\t\t${line}`),
  '\t}',
];
