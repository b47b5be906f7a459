import Literals

/// A study's trials from the best to the worst.
public struct Leaderboard: Sendable, Equatable {
  /// A trial that has a rank.
  public struct Row: Sendable, Equatable {
    /// The rank from 1 among all trials, including those hidden by a filter; shown only if the board `isRanked`.
    public let rank: Int
    public let trial: Int
    public let state: TrialState

    /// The best value of the study's metric.
    public let value: Double?
    public let bestEpoch: Int?

    /// The number of epochs trained.
    public let epochs: Int

    /// Floating-point operations of the training, computed from the network's shape; `nil` if unknown.
    public let cost: Double?

    /// Values of the study's metric with additional seeds, in the order of the seeds.
    public let repeatedValues: [Double]
    public let hyperparameters: Hyperparameters

    /// The metrics by split, in the order in which the objective returned them.
    public var metrics: [SplitMetric]

    /// The certainty of the sort value; `nil` if it cannot be derived from users' ranks.
    package var certainty: Certainty?
  }

  /// A trial without a rank.
  public struct Failure: Sendable, Equatable {
    public let trial: Int
    public let kind: String
    public let message: String
    public let hyperparameters: Hyperparameters
  }

  public let study: String

  /// The study's metric.
  public let metric: String
  public let direction: Direction

  /// The number of users from which certainty was computed; 0 if there is none.
  package let userCount: Int

  /// Whether any trial has a value of the sort metric; otherwise the order of the rows is meaningless.
  public let isRanked: Bool

  /// What the rows are sorted by: the study's metric or one such as `test.ndcg@10`.
  public let sort: String
  public let counts: StudyCounts
  public let rows: [Row]
  public let failures: [Failure]

  /// Names of the tuned parameters, in the order of the file.
  public var parameterNames: [String] {
    var names: [String] = []
    for hyperparameters in rows.map(\.hyperparameters) + failures.map(\.hyperparameters) {
      for name in hyperparameters.names where !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Names such as `valid.mrr@10`, in the order in which the objective returned them.
  public var metricNames: [String] {
    var names: [String] = []
    for name in rows.flatMap(\.metrics).map(\.fullName) where !names.contains(name) { names.append(name) }
    return names
  }
}

/// Which trials a leaderboard shows, and in what order.
public struct LeaderboardQuery: Sendable, Equatable {
  /// The maximum number of rows.
  public var top: Int?

  /// A metric such as `test.ndcg@10`; without a split, the validation split is meant. `nil` stands for the study's
  /// own metric.
  public var sort: String?

  /// Conditions such as `n_layers=2`, all of which must hold.
  public var filters: [String]

  /// Whether to compute the rows' certainty, which takes longer than everything else.
  public var measuresCertainty: Bool

  public init(top: Int? = nil, sort: String? = nil, filters: [String] = [], measuresCertainty: Bool = true) {
    self.top = top
    self.sort = sort
    self.filters = filters
    self.measuresCertainty = measuresCertainty
  }
}

/// A query that names something that the study does not have.
public struct ReportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The option or argument.
  public let location: String

  /// What was found there.
  public let found: String

  /// What would be valid there.
  public let expected: String

  /// One line for a terminal.
  public var description: String { "\(location): found \(found); expected \(expected)" }

  /// An unknown name.
  init(_ location: String, unknown name: String, among names: [String]) {
    self.location = location
    found = "'\(name)'"
    let nearest = nearestName(to: name, among: names)
    expected =
      names.isEmpty
      ? "nothing yet: no trial has a result"
      : "\(nearest.map { "\($0), or another of " } ?? "one of ")\(names.joined(separator: ", "))"
  }

  init(location: String, found: String, expected: String) {
    self.location = location
    self.found = found
    self.expected = expected
  }
}

extension Leaderboard.Row {
  /// For a trial with repeats: the mean over the additional seeds, and the standard deviation of the values.
  ///
  /// The value with the study's own seed is excluded: the trial was selected by it, so it is biased upwards.
  package var overSeeds: (mean: Double, deviation: Double?, count: Int)? {
    guard !repeatedValues.isEmpty else { return nil }
    let (mean, count) = (repeatedValues.mean, repeatedValues.count)
    let squares = repeatedValues.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, count > 1 ? (squares / Double(count - 1)).squareRoot() : nil, count)
  }
}

extension Leaderboard {
  /// Among the trials with the most seeds, the one with the best mean; `nil` without repeats.
  package var bestOverSeeds: Row? {
    let most = rows.compactMap { $0.overSeeds?.count }.max()
    let repeated = rows.filter { $0.overSeeds != nil && $0.overSeeds?.count == most }
    return repeated.reduce(nil) { best, row in
      guard let mean = row.overSeeds?.mean else { return best }
      return best?.overSeeds.map { direction.prefers(mean, to: $0.mean) } ?? true ? row : best
    }
  }
}

extension SplitMetric {
  /// The metric with its split, `test.ndcg@10`.
  public var fullName: String { MetricName(split: split, name: name).description }
}

extension Leaderboard {
  /// Ranks the candidates and selects those that the query asks for.
  ///
  /// Completed trials come first, by value and then by number, followed by pruned trials and finally diverged ones.
  ///
  /// - Parameter ranks: For the split that the query sorts by, the held-out item's rank for each user, by trial number. Metrics
  ///   at cut-offs that were not recorded are computed from them.
  init(
    study: String, metric: String, direction: Direction, counts: StudyCounts, candidates: [Row], failures: [Failure],
    ranks: [Int: [UInt16]] = [:], query: LeaderboardQuery
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
      isRanked: !keys.isEmpty, sort: sort ?? metric, counts: counts,
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
