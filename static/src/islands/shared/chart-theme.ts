import { element } from '../../lib/dom.ts';

/** The page's colours as Plotly understands them: it knows neither var() nor light-dark(). */
export interface ChartTheme {
  text: string;
  muted: string;
  line: string;
  surface: string;
  raised: string;
  bad: string;
  /** A ground on which white text can be read. */
  fill: string;
  font: string;
  /** Colours of series, in the order in which they are given. */
  series: string[];
}

const SERIES = 8;

/** Read the colours that hold now. */
export function readTheme(): ChartTheme {
  const probe = element('span', { hidden: true });
  document.body.append(probe);
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const theme = {
    text: colour('text'),
    muted: colour('muted'),
    line: colour('line'),
    surface: colour('surface'),
    raised: colour('raised'),
    bad: colour('bad-dot'),
    fill: colour('accent-fill'),
    font: getComputedStyle(document.body).fontFamily,
    series: Array.from({ length: SERIES }, (_, place) => colour(`chart-${place + 1}`)),
  };
  probe.remove();
  return theme;
}

/** A colour that lets through what is behind it. */
export function faded(colour: string, opacity: number): string {
  const parts = colour.match(/[\d.]+/g)?.slice(0, 3) ?? [];
  return `rgba(${parts.join(', ')}, ${opacity})`;
}

type Plain = Record<string, unknown>;

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A layout with the page's colours in place of its own. */
export function themed(layout: Plain, theme: ChartTheme): Plain {
  const made: Plain = {
    ...layout,
    template: undefined,
    paper_bgcolor: 'rgba(0, 0, 0, 0)',
    plot_bgcolor: 'rgba(0, 0, 0, 0)',
    colorway: theme.series,
    font: { family: theme.font, size: 11, color: theme.muted },
    hoverlabel: {
      bgcolor: theme.raised,
      bordercolor: theme.line,
      font: { family: theme.font, size: 12, color: theme.text },
      align: 'left',
      namelength: 40,
    },
  };
  for (const [name, value] of Object.entries(layout)) {
    if (/^[xy]axis\d*$/.test(name) && isPlain(value)) {
      made[name] = {
        gridcolor: theme.line,
        linecolor: theme.line,
        tickcolor: theme.line,
        automargin: true,
        ...value,
        zerolinecolor: theme.line,
      };
    }
  }
  const menus = layout['updatemenus'];
  if (Array.isArray(menus)) {
    made['updatemenus'] = menus.filter(isPlain).map((menu) => ({
      ...menu,
      bgcolor: theme.raised,
      bordercolor: theme.line,
      font: { family: theme.font, size: 12, color: theme.text },
    }));
  }
  return made;
}
