import { join } from 'node:path';
import type { Settings } from '../bridge/protocol/settings.ts';
import { KEEPER } from './own-accounts.ts';

/** Everything here stays with the homeserver's own account. */
export interface HomeserverSecrets {
  readonly registration: string;
  readonly macaroon: string;
  readonly form: string;
  /** `ed25519 <version> <unpadded base64 of 32 bytes>` */
  readonly signingKey: string;
}

/** Where a browser on this machine finds the homeserver. */
export const localAddress = (settings: Settings): string => `http://localhost:${settings.CHAVION_SYNAPSE_PORT}`;

/** `homeserver.yaml`; written as JSON, which is YAML. `folder` belongs to the homeserver's account. */
export function homeserverConfig(
  settings: Settings,
  secrets: HomeserverSecrets,
  folder: string,
): Record<string, unknown> {
  return {
    server_name: settings.CHAVION_SERVER_NAME,
    public_baseurl: `${settings.CHAVION_PUBLIC_URL ?? localAddress(settings)}/`,
    pid_file: join(folder, 'homeserver.pid'),
    log_config: join(folder, 'log.yaml'),
    media_store_path: join(folder, 'media'),
    // Made when somebody looks: at upload they cost whoever sends a picture a second or two.
    dynamic_thumbnails: true,
    signing_key: secrets.signingKey,
    registration_shared_secret: secrets.registration,
    macaroon_secret_key: secrets.macaroon,
    form_secret: secrets.form,
    app_service_config_files: [join(folder, 'appservice.yaml')],
    listeners: [
      {
        port: settings.CHAVION_SYNAPSE_PORT,
        type: 'http',
        tls: false,
        bind_addresses: [settings.CHAVION_LISTEN],
        // Where only this machine reaches it, a proxy or tunnel in front says whose call it passes on. Where a network
        // reaches it by itself, anybody could say he were somebody else, and try passwords for ever.
        x_forwarded:
          settings.CHAVION_LISTEN === '127.0.0.1' || settings.CHAVION_PUBLIC_URL?.startsWith('https:') === true,
        resources: [{ names: ['client'], compress: false }],
      },
    ],
    database: { name: 'sqlite3', args: { database: join(folder, 'homeserver.db') } },
    ...CLOSED,
    ...LIMITS,
    // https://github.com/element-hq/element-web/blob/develop/docs/e2ee.md: agents cannot read encrypted rooms.
    encryption_enabled_by_default_for_room_type: 'off',
    extra_well_known_client_content: {
      'io.element.e2ee': { default: false, force_disable: true, secure_backup_required: false },
      // Ketesa reads it and keeps its fingers off these accounts: closing them would have to be undone at once.
      'cc.etke.ketesa': {
        asManagedUsers: OWN_ACCOUNTS.map(
          (name) => `^@${name}:${settings.CHAVION_SERVER_NAME.replaceAll('.', String.raw`\.`)}$`,
        ),
      },
    },
    // Looked for every five minutes; what a secret was redacted from is gone well within the hour.
    redaction_retention_period: '5m',
    // The index of words keeps what was redacted for ever (seen in 1.163), a secret too: so there is none.
    enable_search: false,
    presence: { enabled: false },
    url_preview_enabled: false,
    max_upload_size: '50M',
    caches: { global_factor: 0.5 },
  };
}

/** Patterns of localparts. */
const OWN_ACCOUNTS = ['admin', 'executor', 'agent_coordinator', 'agent_0', `${KEEPER}.*`];

const CLOSED = {
  federation_domain_whitelist: [],
  trusted_key_servers: [],
  suppress_key_server_warning: true,
  send_federation: false,
  allow_public_rooms_over_federation: false,
  allow_public_rooms_without_auth: false,
  allow_profile_lookup_over_federation: false,
  allow_device_name_lookup_over_federation: false,
  serve_server_wellknown: false,
  enable_registration: false,
  allow_guest_access: false,
  enable_3pid_changes: false,
  enable_room_list_search: false,
  require_auth_for_profile_requests: true,
  report_stats: false,
  limit_remote_rooms: { enabled: true, complexity: 0 },
} as const;

/**
 * Ordinary accounts keep the limits of Synapse, but for signing in: behind a tunnel everybody has one address,
 * and a person who starts a client five times in a row is no attack. Who tries passwords is held by his address. What
 * is counted for an account holds its owner too, who does nothing wrong: so much no single address can bring about.
 */
const LIMITS = {
  rc_login: {
    address: { per_second: 0.2, burst_count: 30 },
    account: { per_second: 20, burst_count: 1_000 },
    failed_attempts: { per_second: 20, burst_count: 1_000 },
  },
} as const;

/** Python's logging configuration: a few megabytes at most, warnings and worse. */
export function logConfig(folder: string): Record<string, unknown> {
  return {
    version: 1,
    formatters: { line: { format: '%(asctime)s %(levelname)s %(name)s: %(message)s' } },
    handlers: {
      file: {
        class: 'logging.handlers.RotatingFileHandler',
        formatter: 'line',
        filename: join(folder, 'homeserver.log'),
        maxBytes: 5_000_000,
        backupCount: 3,
        encoding: 'utf8',
      },
    },
    root: { level: 'WARNING', handlers: ['file'] },
    disable_existing_loggers: false,
  };
}
