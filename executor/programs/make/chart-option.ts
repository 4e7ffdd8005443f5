import type { EChartsOption } from 'echarts';
import type { ChartSpec } from '../../../bridge/protocol/documents/chart-spec.ts';
import { numberIn } from './number-words.ts';

/** Pixels of the picture: a phone shows it at about a third, so letters are three times as large as on a page. */
export const CHART_SIZE = { width: 1_080, height: 810 } as const;

/** Told apart also by who sees colours otherwise, and on a screen in the sun. */
const COLOURS = ['#2f6fde', '#f08a24', '#1f9d61', '#c0407e', '#7d5bd0', '#0f9ab0', '#a8761c', '#6b7785'];
const INK = '#1f2933';
const QUIET = '#566270';
const EDGE = '#dfe4ea';
const FONT = 'NanumGothic';
const WORDS = 30;
const SMALL = 26;
/** With more than these, numbers on bars run into each other. */
const LABELLED = 12;

/** What the library draws: everything that may move, ask or fetch is off. Pure. */
export function chartOption(spec: ChartSpec): EChartsOption {
  const common: EChartsOption = {
    animation: false,
    backgroundColor: '#ffffff',
    color: COLOURS,
    textStyle: { fontFamily: FONT, fontSize: WORDS, color: INK },
    title: [
      {
        text: spec.title,
        left: 36,
        top: 28,
        textStyle: { fontFamily: FONT, fontSize: 42, fontWeight: 'bold', color: INK, width: 1_008, overflow: 'break' },
      },
      {
        text: unitWords(spec),
        right: 36,
        top: titleHeight(spec),
        textStyle: { fontFamily: FONT, fontSize: SMALL - 2, fontWeight: 'normal', color: QUIET },
      },
    ],
  };
  return spec.type === 'pie' ? { ...common, ...pie(spec) } : { ...common, ...cartesian(spec, spec.type) };
}

/** A pie has it behind each number. */
const unitWords = (spec: ChartSpec): string =>
  spec.unit === '' || spec.type === 'pie' ? '' : isKorean(spec) ? `(단위: ${spec.unit})` : `(${spec.unit})`;

const titleHeight = ({ title }: ChartSpec): number => (title === '' ? 40 : emsOf(title) * 42 > 1_008 ? 150 : 100);

function cartesian(spec: ChartSpec, type: Exclude<ChartSpec['type'], 'pie'>): EChartsOption {
  const { labels, series, unit } = spec;
  const korean = isKorean(spec);
  const lying = type === 'hbar';
  const named = series.length > 1 || (series[0]?.name ?? '') !== '';
  const top = titleHeight(spec);
  const longest = Math.max(...labels.map(emsOf));
  // Standing side by side, each label has this much room.
  const room = 900 / Math.min(labels.length, lying ? 1 : 12) / SMALL;
  const slanted = !lying && longest > room * 1.9;
  const shown = (value: unknown): string => (typeof value === 'number' ? numberIn(value, korean) : '');
  const categories = {
    type: 'category' as const,
    data: labels,
    inverse: lying,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: '#9aa5b1', width: 2 } },
    axisLabel: {
      color: INK,
      fontSize: SMALL,
      fontFamily: FONT,
      ...(lying
        ? { width: 300, overflow: 'break' as const }
        : slanted
          ? { rotate: 35, width: 260, overflow: 'truncate' as const }
          : { width: room * SMALL, overflow: 'break' as const }),
      hideOverlap: true,
    },
  };
  const values = {
    type: 'value' as const,
    axisLabel: { color: QUIET, fontSize: SMALL - 2, fontFamily: FONT, formatter: shown, hideOverlap: true },
    splitLine: { lineStyle: { color: EDGE, width: 2 } },
    splitNumber: lying ? 4 : 5,
  };
  const labelled = labels.length * (type === 'stacked' ? 1 : series.length) <= LABELLED;
  return {
    ...(named
      ? {
          legend: {
            top: top + 4,
            left: 36,
            right: unit === '' ? 36 : 260,
            itemWidth: 30,
            itemHeight: 20,
            itemGap: 28,
            icon: 'roundRect',
            textStyle: { fontSize: SMALL, fontFamily: FONT, color: INK },
          },
        }
      : {}),
    grid: {
      top: top + (named || unit !== '' ? 64 : 10) + (lying ? 0 : 40),
      left: 36,
      right: lying ? 110 : 48,
      bottom: 36,
      outerBoundsMode: 'same',
    },
    xAxis: lying ? values : categories,
    yAxis: lying ? categories : values,
    series: series.map(({ name, values: data }, index) => {
      const label = {
        show: labelled,
        position: type === 'stacked' ? ('inside' as const) : lying ? ('right' as const) : ('top' as const),
        fontSize: SMALL - 2,
        fontFamily: FONT,
        color: type === 'stacked' ? '#ffffff' : INK,
        // Over a neighbour's bar it stays readable.
        ...(type === 'stacked' ? {} : { textBorderColor: '#ffffff', textBorderWidth: 5 }),
        formatter: ({ value }: { value?: unknown }) => shown(value),
      };
      return type === 'line' || type === 'area'
        ? {
            type: 'line' as const,
            name: name === '' ? `${index + 1}` : name,
            data: [...data],
            lineStyle: { width: 6 },
            symbol: 'circle',
            symbolSize: labels.length > 24 ? 0 : 15,
            ...(type === 'area' ? { areaStyle: { opacity: 0.18 } } : {}),
            label: { ...label, distance: 10 },
            labelLayout: { hideOverlap: true },
          }
        : {
            type: 'bar' as const,
            name: name === '' ? `${index + 1}` : name,
            data: [...data],
            barMaxWidth: 110,
            barCategoryGap: '32%',
            ...(type === 'stacked'
              ? { stack: 'all' }
              : { itemStyle: { borderRadius: lying ? [0, 8, 8, 0] : [8, 8, 0, 0] } }),
            label,
            labelLayout: { hideOverlap: true },
          };
    }),
  };
}

function pie(spec: ChartSpec): EChartsOption {
  const { labels, series, unit } = spec;
  const korean = isKorean(spec);
  const values = series[0]?.values ?? [];
  const all = values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const top = titleHeight(spec);
  return {
    series: [
      {
        type: 'pie' as const,
        radius: ['30%', '56%'],
        center: ['50%', (top + CHART_SIZE.height) / 2],
        top: 0,
        startAngle: 90,
        minShowLabelAngle: 4,
        itemStyle: { borderColor: '#ffffff', borderWidth: 4 },
        labelLine: { length: 20, length2: 16, lineStyle: { width: 3 } },
        label: {
          fontSize: SMALL,
          fontFamily: FONT,
          color: INK,
          lineHeight: 36,
          width: 260,
          overflow: 'break' as const,
        },
        data: labels.map((name, i) => {
          const value = values[i] ?? 0;
          return {
            name: `${name}\n${numberIn(value, korean)}${unit} · ${((value / all) * 100).toFixed(value / all < 0.1 ? 1 : 0)}%`,
            value,
          };
        }),
      },
    ],
  };
}

const isKorean = ({ title, unit, labels, series }: ChartSpec): boolean =>
  /\p{Script=Hangul}/u.test([title, unit, ...labels, ...series.map(({ name }) => name)].join(' '));

const emsOf = (text: string): number =>
  Array.from(text).reduce((sum, letter) => sum + ((letter.codePointAt(0) ?? 0) > 0x2e80 ? 0.96 : 0.58), 0);
