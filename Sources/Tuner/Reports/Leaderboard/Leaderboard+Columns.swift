import Literals

extension Leaderboard {
  /// All columns as text: what the rows are ranked and listed by comes first, with how sure it is.
  ///
  /// - Parameter roundsParameters: Whether numbers have four significant digits.
  func tableColumns(_ decimalPlaces: Int, roundsParameters: Bool = false) -> [TableColumn] {
    func rounded(_ value: Double?) -> String { value.map { $0.decimal(places: decimalPlaces) } ?? "" }
    func value(_ row: Row) -> String { row.state == .diverged ? "diverged" : rounded(row.value) }
    func cell(_ column: Column) -> (Row) -> String {
      { self.cell(column, of: $0, rounded, roundsParameters: roundsParameters) }
    }
    let isOwn = sort == self.metric || sort == MetricName.valid(self.metric).description
    var columns: [TableColumn] = []
    // What the rows are listed by has come already.
    func add(_ header: String, _ role: TableColumn.Role, isConstant: Bool = false, _ cell: (Row) -> String) {
      guard !columns.contains(where: { $0.header == header.visible }) else { return }
      columns.append(
        TableColumn(header: header.visible, role: role, cells: rows.map(cell), isConstant: isConstant))
    }
    add("rank", .identity, rankText)
    add("trial", .identity, cell(.trial))
    add(validationName(sort), .identity, isOwn ? value : cell(.metric(sort)))
    if let order { add(heading(of: order.column), .identity, cell(order.column)) }
    if hasCertainty {
      add("95 % interval", .interval) { row in
        row.certainty.map { "\(rounded($0.interval.low))–\(rounded($0.interval.high))" } ?? ""
      }
      add("tied", .mark) { $0.certainty?.mayBeBest == true ? "=" : "" }
    }
    if marksFront { add("front", .mark) { $0.isOnFront == true ? "*" : "" } }
    if !isOwn { add(self.metric, .ownMetric, value) }
    for extra in extraColumns(rounded) { add(extra.header, .extra, extra.cell) }
    for name in parameterNames {
      // As exact as they are: two numbers may look alike.
      let isConstant = rows.count > 1 && Set(rows.map { $0.hyperparameters[name] }).count == 1
      add(name, .parameter, isConstant: isConstant, cell(.parameter(name)))
    }
    let main = "test.\(MetricName(sort).name)"
    for name in metricNames where MetricName(full: name)?.split == "test" && name != sort {
      add(name, name == main ? .mainTest : .test, cell(.metric(name)))
    }
    for column in [.state, .epochs, .bestEpoch, .seconds] + metricNames.map(Column.metric) {
      add(heading(of: column), .onRequest, cell(column))
    }
    return columns
  }

  private func heading(of column: Column) -> String {
    switch column {
    case .parameter(let name): name
    case .metric(let name): validationName(name)
    case .cost: "TFLOP"
    case .trial, .state, .epochs, .bestEpoch, .seconds: Column.common.first { $0.value == column }?.key ?? ""
    }
  }

  private func cell(
    _ column: Column, of row: Row, _ rounded: (Double?) -> String, roundsParameters: Bool
  ) -> String {
    switch column {
    case .parameter(let name):
      let value = row.hyperparameters[name]
      return (roundsParameters ? value?.rounded(toDigits: 4) : value)?.description.visible ?? ""
    case .metric(let name): return rounded(row.metrics.first { $0.fullName == name }?.value)
    case .cost: return row.cost.map { teraFLOP($0) } ?? ""
    case .seconds: return row.seconds.decimal(places: 1)
    case .trial, .state, .epochs, .bestEpoch: return row.value(in: column, ownMetric: metric)?.description ?? ""
    }
  }

  /// Whether there are columns for certainty; before the first trial has completed, they are empty.
  private var hasCertainty: Bool {
    userCount > 0
      || (isRanked && counts.completed == 0
        && Leaderboard.direction(of: sort, metric: metric, direction) == .maximize
        && RankMetric(MetricName(sort).name) != nil)
  }

  /// Metrics of the validation split are named without it, like the study's own metric.
  func validationName(_ name: String) -> String {
    let metric = MetricName(name)
    return metric.split == "valid" ? metric.name : name
  }

  /// Columns that only some studies have.
  private func extraColumns(_ rounded: @escaping (Double?) -> String) -> [(header: String, cell: (Row) -> String)] {
    var columns: [(header: String, cell: (Row) -> String)] = []
    if let most = rows.compactMap({ $0.overSeeds?.count }).max() {
      columns.append(
        (
          "\(most) more \(most == 1 ? "seed" : "seeds")",
          { row in
            row.overSeeds.map { seeds in
              rounded(seeds.mean) + (seeds.deviation.map { " ± \(rounded($0))" } ?? "")
                + (seeds.count < most ? " (\(seeds.count))" : "")
            } ?? ""
          }
        ))
    }
    if rows.contains(where: { $0.state == .pruned }) {
      columns.append(("pruned at", { $0.state == .pruned ? "\($0.epochs)" : "" }))
    }
    if rows.contains(where: { $0.cost != nil }) {
      columns.append(("TFLOP", { $0.cost.map { teraFLOP($0) } ?? "" }))
    }
    return columns
  }
}
