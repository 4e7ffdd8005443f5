import { CONTAINER_HOST, PORT } from './containers.ts';

/** Prometheus' configuration; JSON is YAML. */
export const prometheusConfig = (scale: boolean): unknown => ({
  global: { scrape_interval: '15s' },
  scrape_configs: [
    {
      job_name: 'chavion',
      static_configs: [
        {
          targets: [CONTAINER_HOST.swarm, ...(scale ? [`${CONTAINER_HOST.swarm}-2`] : [])].map(
            (host) => `${host}:${PORT.agentApi}`,
          ),
        },
      ],
    },
  ],
});

/** What Grafana finds at its start: where the figures are, and the page that shows them. */
export const grafanaProvisioning: Readonly<Record<string, unknown>> = {
  'datasources/chavion.yaml': {
    apiVersion: 1,
    datasources: [
      {
        name: 'Chavion',
        uid: 'chavion',
        type: 'prometheus',
        access: 'proxy',
        url: 'http://prometheus:9090',
        isDefault: true,
      },
    ],
  },
  'dashboards/chavion.yaml': {
    apiVersion: 1,
    providers: [{ name: 'Chavion', type: 'file', options: { path: '/srv/dashboards' } }],
  },
};
