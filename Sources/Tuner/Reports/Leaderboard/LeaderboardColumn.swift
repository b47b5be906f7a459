package import Literals

extension Leaderboard {
  /// A column by which trials can be selected and sorted.
  package enum Column: Sendable, Hashable {
    case parameter(String)
    case trial
    case state

    /// The number of epochs trained.
    case epochs
    case bestEpoch

    /// Floating-point operations of the training, in units of 10¹².
    case cost

    /// The training time.
    case seconds

    /// A metric with its split.
    case metric(String)

    /// The columns that all studies have, by name.
    package static let common: KeyValuePairs<String, Column> = [
      "trial": .trial, "state": .state, "epochs": .epochs, "best_epoch": .bestEpoch, "tflop": .cost,
      "seconds": .seconds,
    ]

    /// Whether hardly any two trials have the same value.
    var isMeasured: Bool {
      switch self {
      case .cost, .seconds, .metric: true
      case .parameter, .trial, .state, .epochs, .bestEpoch: false
      }
    }
  }

  /// The columns of a study, by name.
  struct Columns {
    let parameters: [String]

    /// Metrics with their split.
    let metrics: [String]

    /// All names, in messages.
    var names: [String] {
      parameters + Column.common.map(\.key).filter { !parameters.contains($0) } + metrics
    }

    /// The column of that name; a parameter comes before another column, and the validation split may be left out.
    subscript(name: String) -> Column? {
      if parameters.contains(name) { return .parameter(name) }
      let lowered = name == "TFLOP" ? "tflop" : name
      if let common = Column.common.first(where: { $0.key == lowered }) { return common.value }
      return [name, MetricName.valid(name).description].first(where: metrics.contains).map(Column.metric)
    }
  }

  /// What rows are listed by, if not by their rank.
  package struct Order: Sendable, Equatable {
    package let column: Column
    package let isDescending: Bool

    /// As it was asked for, such as `-tflop`.
    package let text: String

    /// The rows in this order. Those without a value come last, those with equal values in their order so far.
    func sorted(_ rows: [Row], ownMetric: String) -> [Row] {
      let keys = rows.map { row -> Literal? in
        column == .state ? .integer(Leaderboard.order(of: row.state)) : row.value(in: column, ownMetric: ownMetric)
      }
      return rows.indices.sorted { a, b in
        switch (keys[a], keys[b]) {
        case (let x?, let y?): Self.isLess(x, y).map { $0 != isDescending } ?? (a < b)
        case (nil, nil): a < b
        case (let x, _): x != nil
        }
      }.map { rows[$0] }
    }

    /// Whether a value comes before another one: numbers by size, then all others by their text. `nil` if neither does.
    private static func isLess(_ a: Literal, _ b: Literal) -> Bool? {
      switch (a.double, b.double) {
      case (let x?, let y?): x == y ? nil : x < y
      case (nil, nil): a.description == b.description ? nil : a.description < b.description
      case (let x, _): x != nil
      }
    }
  }
}

extension Leaderboard.Row {
  /// The trial's value in a column; `nil` if it has none.
  ///
  /// - Parameter ownMetric: The study's metric, which trials have before they end.
  package func value(in column: Leaderboard.Column, ownMetric: String) -> Literal? {
    switch column {
    case .parameter(let name): return hyperparameters[name]
    case .trial: return .integer(trial)
    case .state: return .text(state.rawValue)
    case .epochs: return .integer(epochs)
    case .bestEpoch: return bestEpoch.map(Literal.integer)
    case .cost: return cost.map { .number($0 / 1e12) }
    case .seconds: return .number(seconds)
    case .metric(let name):
      let value = name == MetricName.valid(ownMetric).description ? value : metrics.first { $0.fullName == name }?.value
      return value.flatMap { $0.isFinite ? .number($0) : nil }
    }
  }
}

extension Leaderboard.Failure {
  /// The trial's value in a column; `nil` if a failed trial has none.
  func value(in column: Leaderboard.Column) -> Literal? {
    switch column {
    case .parameter(let name): hyperparameters[name]
    case .trial: .integer(trial)
    case .state: .text(TrialState.failed.rawValue)
    case .epochs, .bestEpoch, .cost, .seconds, .metric: nil
    }
  }
}
