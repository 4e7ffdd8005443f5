import type { Settings } from '../../protocol/settings.ts';
import { PORT } from './containers.ts';

/** Element Web's `config.json`: this homeserver and no other. */
export function elementConfig(settings: Settings, publicUrl: string): unknown {
  return {
    default_server_config: { 'm.homeserver': { base_url: publicUrl, server_name: settings.CHAVION_SERVER_NAME } },
    disable_custom_urls: true,
    disable_guests: true,
    brand: 'Chavion',
    default_country_code: settings.CHAVION_LANG === 'ko' ? 'KR' : 'GB',
    setting_defaults: { language: settings.CHAVION_LANG, 'UIFeature.registration': false },
    mobile_guide_toast: true,
  };
}

/** Ketesa's `config.json`: it may speak to the homeserver behind its own port only. */
export const adminConfig = (): unknown => ({
  restrictBaseUrl: [`http://localhost:${PORT.adminPage}`, `http://127.0.0.1:${PORT.adminPage}`],
});
