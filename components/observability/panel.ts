/** A line, or several, over time. */
export interface Graphed {
  title: string;
  /** Grafana's name of a unit: `reqps`, `percentunit`, `s`, `short`. */
  unit: string;
  /** Query -> what its lines are called. */
  queries: Record<string, string>;
  /** Value that a line is drawn at, beyond which it is too much. */
  limit?: number;
}

const DATASOURCE = { type: "prometheus", uid: "prometheus" };

/** Grafana divides its width in 24. */
const WIDTH = 12;
const HEIGHT = 8;

/** A dashboard as Grafana's JSON: graphs in two columns, with a choice of service. */
export function dashboard(uid: string, title: string, graphs: Graphed[]): object {
  return {
    uid,
    title,
    tags: ["trizone"],
    timezone: "browser",
    schemaVersion: 39,
    editable: false,
    refresh: "5s",
    time: { from: "now-30m", to: "now" },
    templating: {
      list: [
        {
          name: "service",
          type: "query",
          datasource: DATASOURCE,
          query: { query: "label_values(service_zone:http_requests:rate1m, service)", refId: "service" },
          refresh: 2,
          sort: 1,
          multi: true,
          includeAll: true,
          current: { text: "All", value: "$__all" },
        },
      ],
    },
    panels: graphs.map(panel),
  };
}

function panel({ title, unit, queries, limit }: Graphed, index: number): object {
  return {
    id: index + 1,
    type: "timeseries",
    title,
    datasource: DATASOURCE,
    gridPos: { x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        custom: {
          lineWidth: 1,
          fillOpacity: 0,
          thresholdsStyle: { mode: limit === undefined ? "off" : "line" },
        },
        thresholds: {
          mode: "absolute",
          steps: [
            { color: "green", value: null },
            ...(limit === undefined ? [] : [{ color: "red", value: limit }]),
          ],
        },
      },
      overrides: [],
    },
    options: { legend: { displayMode: "table", placement: "bottom", calcs: ["last", "max"] } },
    targets: Object.entries(queries).map(([expr, legendFormat], query) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + query),
      datasource: DATASOURCE,
      expr,
      legendFormat,
    })),
  };
}
