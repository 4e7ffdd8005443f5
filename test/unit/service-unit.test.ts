import { describe, expect, it } from 'vitest';
import { serviceSettings } from '../../bridge/operations/service-settings.ts';
import { serviceUnit } from '../../bridge/operations/service-unit.ts';

describe('chavion.service', () => {
  const unit = serviceUnit({ project: '/srv/my 100% house', account: undefined, path: '/usr/bin' });

  it('names folders with spaces and percent signs as systemd reads them', () => {
    expect(unit).toContain('WorkingDirectory=/srv/my 100%% house\n');
    expect(unit).toContain('ExecStart=/bin/sh "/srv/my 100%% house/.node/run" chavion.ts\n');
  });

  it('leaves bubblewrap what it builds boxes with', () => {
    for (const word of [
      'RestrictNamespaces',
      'ProtectHostname',
      'ProtectKernelTunables',
      'ProtectKernelLogs',
      'ProtectProc',
      'MemoryDenyWriteExecute',
      'SystemCallFilter',
    ])
      expect(unit).not.toContain(word);
    expect(unit).toContain('NoNewPrivileges=yes');
  });

  it('holds the settings of the terminal that .env has not, and names the secrets that it leaves out', () => {
    const terminal = {
      CHAVION_TZ: 'Asia/Tokyo',
      CHAVION_LANG: 'en',
      CHAVION_DATA_DIR: '/srv/100% mine',
      OPENAI_BASE_URL: 'http://localhost:1234/v1',
      GOOGLE_BASE_URL: 'https://me:word@proxy.test/v1',
      OPENAI_API_KEY: 'sk-1',
      MY_GATEWAY: 'word',
      HTTPS_PROXY: 'http://me:word@proxy.test',
      PATH: '/bin',
      CHAVION_TYPO: '1',
    };
    const settings = serviceSettings(terminal, { CHAVION_LANG: 'en' }, ['MY_GATEWAY']);
    expect(settings.carried).toEqual({
      CHAVION_TZ: 'Asia/Tokyo',
      CHAVION_DATA_DIR: '/srv/100% mine',
      OPENAI_BASE_URL: 'http://localhost:1234/v1',
    });
    expect(settings.left).toEqual(['GOOGLE_BASE_URL', 'OPENAI_API_KEY', 'MY_GATEWAY', 'HTTPS_PROXY']);
    const text = serviceUnit({ project: '/srv/x', account: undefined, path: '/usr/bin', settings });
    expect(text).toContain('\nEnvironment="CHAVION_DATA_DIR=/srv/100%% mine"\n');
    expect(text).toMatch(/\n# [^\n]*OPENAI_API_KEY/);
    expect(text).not.toMatch(/sk-1|word/);
  });

  it('gives an ordinary account no capability', () => {
    expect(serviceUnit({ project: '/srv/x', account: 'driver', path: '/usr/bin' })).toMatch(
      /\nUser=driver\n[^]*\nCapabilityBoundingSet=\n/,
    );
  });
});
