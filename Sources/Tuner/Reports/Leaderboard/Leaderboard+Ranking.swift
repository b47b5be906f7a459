import Literals

extension Leaderboard {
  /// Ranks the candidates and selects those that the query asks for.
  ///
  /// Completed trials come first, by value and then by number, followed by pruned trials and finally diverged ones.
  ///
  /// - Parameter ranks: For the split that the query sorts by, the held-out item's rank for each user, by trial number.
  ///   Metrics at cut-offs that were not recorded are computed from them.
  init(
    study: String, metric: String, direction: Direction, ranking: RankingChoice, counts: StudyCounts,
    candidates: [Row], failures: [Failure], ranks: [Int: [UInt16]] = [:], query: LeaderboardQuery
  ) throws(ReportError) {
    let values = UserValues(metric: query.sort ?? metric, ranks: ranks)
    var candidates = candidates
    let recorded = Leaderboard.distinct(candidates.flatMap(\.metrics).map(\.fullName))
    if let sort = query.sort, let values, sort != metric, !recorded.contains(values.fullName) {
      candidates = candidates.map { values.adding(to: $0) }
    }
    let metricNames = Leaderboard.distinct(candidates.flatMap(\.metrics).map(\.fullName))
    let sort = try Leaderboard.sort(query.sort, metric: metric, among: metricNames)
    try Leaderboard.requireValues(of: sort, metric: metric, counts, candidates)
    if let top = query.top, top < 1 {
      throw ReportError(location: "--top", found: "\(top)", expected: "1 or more")
    }
    let parameterNames = Leaderboard.distinct(
      (candidates.map(\.hyperparameters) + failures.map(\.hyperparameters)).flatMap(\.names))
    let isWanted = try Leaderboard.condition(query.filters, parameterNames: parameterNames)

    let keys = Leaderboard.keys(of: candidates, by: sort, metric: metric)
    let isMeasured = query.measuresCertainty && direction == .maximize
    let certainties = isMeasured ? values?.certainties(of: keys.keys) ?? [:] : [:]
    let ranked = Leaderboard.sorted(candidates, by: keys, direction).enumerated().map { index, row in
      Row(
        rank: index + 1, trial: row.trial, state: row.state, value: row.value, bestEpoch: row.bestEpoch,
        epochs: row.epochs, cost: row.cost, repeatedValues: row.repeatedValues, hyperparameters: row.hyperparameters,
        metrics: row.metrics, certainty: certainties[row.trial])
    }
    let wanted = ranked.filter { isWanted($0.hyperparameters) }
    self.init(
      study: study, metric: metric, direction: direction, userCount: certainties.isEmpty ? 0 : values?.userCount ?? 0,
      isRanked: !keys.isEmpty, sort: sort ?? metric, ranking: ranking,
      unrankedCount: ranking.isOwn
        ? 0 : candidates.count { $0.state == .completed && $0.metrics.allSatisfy { $0.value == nil } },
      counts: counts,
      rows: query.top.map { Array(wanted.prefix($0)) } ?? wanted,
      failures: failures.filter { isWanted($0.hyperparameters) })
  }

  private static func sort(_ name: String?, metric: String, among names: [String]) throws(ReportError) -> String? {
    guard let name, name != metric, !names.contains(name) else { return name }
    let fullName = MetricName.valid(name).description
    guard names.contains(fullName) else { throw ReportError("--sort", unknown: name, among: names) }
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

  private static func condition(
    _ filters: [String], parameterNames: [String]
  ) throws(ReportError) -> (Hyperparameters) -> Bool {
    var conditions: [(name: String, canonical: String)] = []
    for filter in filters {
      guard let (name, value) = Leaderboard.parts(of: filter) else {
        throw ReportError(location: "--where", found: "'\(filter)'", expected: "PARAMETER=VALUE")
      }
      guard parameterNames.contains(name) else { throw ReportError("--where", unknown: name, among: parameterNames) }
      conditions.append((name, value.canonical))
    }
    return { [conditions] hyperparameters in
      conditions.allSatisfy { hyperparameters[$0.name]?.canonical == $0.canonical }
    }
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

  private static func order(of state: TrialState) -> Int { state == .completed ? 0 : state == .pruned ? 1 : 2 }

  private static func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
