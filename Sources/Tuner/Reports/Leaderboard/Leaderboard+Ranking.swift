import Literals

extension Leaderboard {
  /// Ranks the candidates and selects those that the query asks for.
  ///
  /// Completed trials come first, by value and then by number, followed by pruned trials and finally diverged ones.
  ///
  /// - Parameter ranks: For the split that the query sorts by, the ranks of the held-out items, by trial number.
  ///   Metrics at cut-offs that were not recorded are computed from them.
  init(
    study: String, metric: String, direction: Direction, ranking: RankingChoice, epochShare: EpochShare?,
    counts: StudyCounts, candidates: [Row], failures: [Failure], ranks: [Int: UserRanks] = [:], query: LeaderboardQuery
  ) throws(ReportError) {
    let parameters = Leaderboard.distinct(
      (candidates.map(\.hyperparameters) + failures.map(\.hyperparameters)).flatMap(\.names))
    let order = Leaderboard.order(query, parameters)
    let asked = order == nil ? query.sortedName : nil
    let values = UserValues(metric: asked ?? metric, ranks: ranks)
    var candidates = candidates
    let recorded = Leaderboard.distinct(candidates.flatMap(\.metrics).map(\.fullName))
    if let asked, let values, asked != metric, !recorded.contains(values.fullName) {
      candidates = candidates.map { values.adding(to: $0) }
    }
    let metricNames = Leaderboard.distinct(candidates.flatMap(\.metrics).map(\.fullName))
    let columns = Columns(parameters: parameters, metrics: Leaderboard.metrics(metricNames, own: metric))
    let sort = try Leaderboard.sort(asked, metric: metric, among: metricNames, columns)
    try Leaderboard.requireValues(of: sort, metric: metric, counts, candidates)
    if let top = query.top, top < 1 {
      throw ReportError(location: "--top", found: "\(top)", expected: "1 or more")
    }
    let conditions = try query.conditions.map { condition throws(ReportError) in
      (condition, try Leaderboard.column(of: condition, in: columns, candidates))
    }

    let keys = Leaderboard.keys(of: candidates, by: sort, metric: metric)
    let sortDirection = Leaderboard.direction(of: sort ?? metric, metric: metric, direction)
    let isMeasured = query.measuresCertainty && sortDirection == .maximize
    let certainties = isMeasured ? values?.certainties(of: keys.keys) ?? [:] : [:]
    let front = query.marksFront ? Leaderboard.front(of: candidates, keys, sortDirection) : nil
    let ranked = Leaderboard.sorted(candidates, by: keys, sortDirection).enumerated().map { index, row in
      Row(
        rank: index + 1, trial: row.trial, state: row.state, value: row.value, bestEpoch: row.bestEpoch,
        epochs: row.epochs, cost: row.cost, seconds: row.seconds, repeatedValues: row.repeatedValues,
        hyperparameters: row.hyperparameters, metrics: row.metrics, certainty: certainties[row.trial],
        isOnFront: front?.contains(row.trial))
    }
    let wanted = ranked.filter { row in
      conditions.allSatisfy { condition, column in condition.holds(for: row.value(in: column, ownMetric: metric)) }
    }
    let reversed = query.isReversed ? Leaderboard.reversed(query, sort ?? metric, metric, sortDirection) : nil
    let listed =
      order?.sorted(wanted, ownMetric: metric)
      ?? reversed.map { Self.reversed(wanted, by: $0.column, ownMetric: metric) } ?? wanted
    self.init(
      study: study, metric: metric, direction: direction, userCount: certainties.isEmpty ? 0 : values?.userCount ?? 0,
      isRanked: !keys.isEmpty, sort: sort ?? metric, order: order ?? reversed, ranking: ranking,
      epochShare: epochShare,
      unrankedCount: ranking.isOwn
        ? 0 : candidates.count { $0.state == .completed && $0.metrics.allSatisfy { $0.value == nil } },
      counts: counts,
      rows: query.top.map { Array(listed.prefix($0)) } ?? listed,
      failures: failures.filter { failure in
        conditions.allSatisfy { condition, column in condition.holds(for: failure.value(in: column)) }
      }, marksFront: query.marksFront)
  }

  /// Which values of a metric are better: of the study's own, as the study says; of others, as their names say.
  static func direction(of name: String, metric: String, _ own: Direction) -> Direction {
    MetricName(name).name == MetricName(metric).name ? own : Direction(ofMetric: name)
  }

  /// The order that a query asks for by a column that is no metric; `nil` for a metric.
  private static func order(_ query: LeaderboardQuery, _ parameters: [String]) -> Order? {
    guard let text = query.sort, let name = query.sortedName,
      let column = Columns(parameters: parameters, metrics: [])[name]
    else { return nil }
    return Order(column: column, isDescending: query.isReversed, text: text)
  }

  /// The order from the worst to the best value of the metric by which rows are ranked.
  private static func reversed(
    _ query: LeaderboardQuery, _ sort: String, _ metric: String, _ direction: Direction
  ) -> Order {
    Order(
      column: .metric(sort == metric ? MetricName.valid(metric).description : sort),
      isDescending: direction == .minimize, text: query.sort ?? "")
  }

  /// Rows from the last rank to the first. Those without a value come last, as in the other order.
  private static func reversed(_ rows: [Row], by column: Column, ownMetric: String) -> [Row] {
    let values = rows.map { $0.value(in: column, ownMetric: ownMetric) }
    let measured = zip(rows, values).filter { $0.1 != nil }.map(\.0)
    return measured.reversed() + zip(rows, values).filter { $0.1 == nil }.map(\.0)
  }

  /// The metrics by which trials can be selected: those that were recorded, and the study's own.
  static func metrics(_ recorded: [String], own: String) -> [String] {
    let own = MetricName.valid(own).description
    return recorded.contains(own) ? recorded : [own] + recorded
  }

  /// The metric to sort by, with its split unless it is the study's own.
  private static func sort(
    _ name: String?, metric: String, among names: [String], _ columns: Columns
  ) throws(ReportError) -> String? {
    guard let name, name != metric, !names.contains(name) else { return name }
    let fullName = MetricName.valid(name).description
    guard names.contains(fullName) else {
      let isMetric = RankMetric(MetricName(name).name) != nil
      throw ReportError("--sort", unknown: name, among: isMetric && names.isEmpty ? [] : columns.names)
    }
    return fullName
  }

  /// Throws if no trial has a value of the sort metric, as for a split without samples.
  private static func requireValues(
    of sort: String?, metric: String, _ counts: StudyCounts, _ rows: [Row]
  ) throws(ReportError) {
    guard let sort, sort != metric, counts.completed > 0,
      !rows.contains(where: { $0.metrics.contains { $0.fullName == sort && $0.value?.isFinite == true } })
    else { return }
    let names = distinct(rows.flatMap(\.metrics).filter { $0.value != nil }.map(\.fullName))
    throw ReportError(
      location: "--sort", found: "'\(sort)', for which no trial has a value",
      expected: names.isEmpty ? "no --sort: no trial has any metric" : "one of \(names.joined(separator: ", "))")
  }

  /// The column of a condition.
  private static func column(
    of condition: Condition, in columns: Columns, _ rows: [Row]
  ) throws(ReportError) -> Column {
    guard let column = columns[condition.name] else {
      throw ReportError("--where", unknown: condition.name, among: columns.names)
    }
    guard case .ordered(let relation, _) = condition.comparison else { return column }
    let known = rows.compactMap { $0.value(in: column, ownMetric: "") }
    if let text = known.first, known.allSatisfy({ $0.double == nil }) {
      throw ReportError(
        location: "--where",
        found: "\(relation.rawValue) for \(condition.name), which has values such as \(text)",
        expected: "=, != or in, since they are no numbers")
    }
    return column
  }

  /// The values by which rows are sorted, by trial.
  private static func keys(of rows: [Row], by sort: String?, metric: String) -> [Int: Double] {
    let isOwn = sort == nil || sort == metric
    let keys = rows.map { row in
      (row.trial, isOwn ? row.value : row.metrics.first { $0.fullName == sort }?.value)
    }
    return Dictionary(keys.compactMap { trial, key in key.flatMap { $0.isFinite ? (trial, $0) : nil } }) { $1 }
  }

  private static func sorted(_ rows: [Row], by keys: [Int: Double], _ direction: Direction) -> [Row] {
    rows.sorted { a, b in
      if a.state != b.state { return order(of: a.state) < order(of: b.state) }
      let (x, y) = (keys[a.trial], keys[b.trial])
      if let x, let y, x != y { return direction.prefers(x, to: y) }
      if (x == nil) != (y == nil) { return y == nil }
      return a.trial < b.trial
    }
  }

  static func order(of state: TrialState) -> Int { state == .completed ? 0 : state == .pruned ? 1 : 2 }

  static func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
