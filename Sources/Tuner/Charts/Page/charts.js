// The charts, in the order of the page

const severalVary = count => () => page.study.varying.length >= count && page.study.scored.length > 0;

const charts = [
  { id: "history", title: "History", wide: true, draw: drawHistory, controls: historyControls },
  { id: "curves", title: "Learning curves", wide: true, draw: drawCurves, controls: curvesControls,
    table: curvesTable },
  { id: "cost", title: "Score and cost", draw: drawCost, controls: costControls, isUseful: hasCosts, table: costTable },
  { id: "importance", title: "Importance of parameters", draw: drawImportance, table: importanceTable,
    isUseful: () => Boolean(page.study.importance) },
  { id: "parallel", title: "Parameters and score", wide: true, draw: drawParallel, controls: parallelControls,
    isUseful: severalVary(1) },
  { id: "heatmap", title: "Score by two parameters", draw: drawHeatmap, controls: heatmapControls, table: heatmapTable,
    isUseful: severalVary(2) },
  { id: "rungs", title: "Rungs", draw: drawRungChart, table: rungTable,
    isUseful: () => (page.study.rungs ?? []).length > 0 },
  { id: "slices", title: "Score by parameter", wide: true, draw: drawSlices },
  { id: "timeline", title: "Timeline", wide: true, draw: drawTimeline, table: timelineTable, isUseful: hasAttempts },
];
