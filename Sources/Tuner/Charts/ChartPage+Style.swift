extension ChartPage {
  /// The style sheet, for light and dark screens.
  ///
  /// The hues are those of Okabe and Ito, *Color Universal Design*, 2008, which people with any type of color vision can
  /// distinguish (<https://jfly.uni-koeln.de/color/>); a trial's state is also shown by its shape.
  static let style = #"""

    :root {
      color-scheme: light dark;
      --paper: #ffffff;
      --ink: #1b1f24;
      --faint: #59636e;
      --grid: #e4e8ec;
      --trial: #0072b2;
      --record: #d55e00;
      --pruned: #59636e;
      --broken: #a8006c;
      --marked: #000000;
      --low: #e0c98a;
      --high: #00497a;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #14181d;
        --ink: #e8ecf0;
        --faint: #a3adb8;
        --grid: #2b323a;
        --trial: #56b4e9;
        --record: #e69f00;
        --pruned: #a3adb8;
        --broken: #e58fbe;
        --marked: #ffffff;
        --low: #5d4f24;
        --high: #8fd0ff;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0 auto; max-width: 80rem; padding: 1rem 1.5rem 3rem;
      background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif;
    }
    h1 { margin: 0.3rem 0; font-size: 1.5rem; overflow-wrap: anywhere; }
    h2 { margin: 2rem 0 0.3rem; font-size: 1.1rem; }
    p { margin: 0.2rem 0; overflow-wrap: anywhere; }
    .note, #about { color: var(--faint); }
    .note { font-size: 0.85rem; }
    .empty { padding: 1.5rem 0; color: var(--faint); }

    .legend { display: flex; flex-wrap: wrap; gap: 0 1.2rem; margin: 0; padding: 0; list-style: none; font-size: 13px; }
    .legend li { display: flex; align-items: center; gap: 0.4rem; max-width: 100%; }
    .legend span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .legend i { width: 60px; height: 8px; flex: none; background: linear-gradient(in oklab to right, var(--low), var(--high)); }

    svg { display: block; font: 12px system-ui, sans-serif; }
    text { fill: var(--faint); }
    text.name { fill: var(--ink); }
    path, line { fill: none; }
    .grid { stroke: var(--grid); }
    .axis { stroke: var(--faint); }
    .halo { paint-order: stroke; stroke: var(--paper); stroke-width: 6px; stroke-linejoin: round; }
    .line { stroke: var(--trial); stroke-opacity: 0.45; }
    .curve { stroke: var(--faint); stroke-width: 1.3; }
    .record { stroke: var(--record); stroke-width: 2; }
    .pruned.curve, .diverged.curve, .failed.curve { stroke-dasharray: 4 3; }
    .dot { stroke: var(--trial); stroke-width: 6; stroke-linecap: round; }
    .diamond { stroke: var(--pruned); stroke-width: 1.4; fill: var(--paper); }
    .cross { stroke: var(--broken); stroke-width: 1.6; }
    .base { transition: opacity 80ms; }
    .marking .base { opacity: 0.3; }
    .overlay .curve { stroke: var(--marked); stroke-opacity: 1; stroke-width: 2.5; }
    .overlay .dot { stroke: var(--marked); stroke-width: 9; }
    .unselected { display: none; }
    .brush { fill: var(--record); fill-opacity: 0.3; stroke: var(--record); }
    .handle { fill: transparent; cursor: ns-resize; touch-action: none; }
    .wide { overflow-x: auto; }
    #slices { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); gap: 0.5rem 1rem; }

    #tooltip {
      position: fixed; z-index: 2; max-width: min(26rem, 90vw); padding: 0.4rem 0.6rem; pointer-events: none;
      background: var(--ink); color: var(--paper); border-radius: 4px; font-size: 12.5px; overflow-wrap: anywhere;
    }
    #tooltip div:first-child { font-weight: 600; }

    .table { max-height: 34rem; overflow: auto; border: 1px solid var(--grid); }
    table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
    th, td { padding: 0.2rem 0.6rem; text-align: right; white-space: nowrap; max-width: 14rem;
      overflow: hidden; text-overflow: ellipsis; }
    th { position: sticky; top: 0; padding: 0; background: var(--paper); border-bottom: 1px solid var(--faint); }
    th button { width: 100%; padding: 0.35rem 0.6rem; border: 0; background: none; color: inherit; font: inherit;
      font-weight: 600; text-align: inherit; overflow: hidden; text-overflow: ellipsis; cursor: pointer; }
    tbody tr:nth-child(even) { background: color-mix(in oklab, var(--grid) 40%, transparent); }
    tbody tr.marked { background: color-mix(in oklab, var(--record) 30%, transparent); }
    :focus-visible { outline: 2px solid var(--record); outline-offset: -2px; }

    """#
}
