import { Resvg } from '@resvg/resvg-js';
import * as echarts from 'echarts';
import type { ChartSpec } from '../../../bridge/protocol/documents/chart-spec.ts';
import { CHART_SIZE, chartOption } from './chart-option.ts';
import type { Drawable } from './drawable.ts';
import { fontPath } from './fonts.ts';

/** A chart as a PNG. Throws `NoFont` where its letters could not be drawn. */
export function chartPicture(spec: ChartSpec, drawable: Drawable): Uint8Array {
  const fontFiles = [fontPath('regular'), fontPath('bold'), fontPath('code')];
  return new Resvg(chartSvg(spec, drawable), {
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'NanumGothic' },
    logLevel: 'off',
  })
    .render()
    .asPng();
}

export function chartSvg(spec: ChartSpec, drawable: Drawable): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...CHART_SIZE });
  try {
    chart.setOption(chartOption(drawn(spec, drawable)));
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** Every word in letters that the font has; a line is a line. */
function drawn(spec: ChartSpec, drawable: Drawable): ChartSpec {
  const words = (text: string): string => drawable.text(text).replace(/\s+/g, ' ').trim();
  return {
    ...spec,
    title: words(spec.title),
    unit: words(spec.unit),
    labels: spec.labels.map(words),
    series: spec.series.map(({ name, values }) => ({ name: words(name), values })),
  };
}
