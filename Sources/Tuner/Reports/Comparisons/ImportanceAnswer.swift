import Literals

/// The effects of parameters, by the method that a study's search space and trials allow.
struct ImportanceAnswer {
  let method: ImportanceDocument.Method
  let trialCount: Int
  let effects, pairs: [ImportanceDocument.Effect]
  let rest: Double
  let noise: Double?
  let values: [ImportanceDocument.Value]
  var leftOut: String?

  /// A grid, and whatever a fit of its cells explains, is decomposed exactly. A forest answers for the other studies: those with ranges,
  /// and those of whose grid too little has completed.
  ///
  /// Throws a `ReportError` if there are too few trials.
  init(_ finished: FinishedTrials) throws(ReportError) {
    let space: SearchSpace
    do {
      space = try SearchSpace(parsing: finished.study.definition.searchSpace, file: finished.study.name)
    } catch {
      throw ReportError(location: finished.study.name, problem: "\(error)")
    }
    let grid = ObservedGrid(finished.trials)
    let isList = space.parameters.allSatisfy { if case .choice = $0.distribution { true } else { false } }
    let isFinite = space.parameters.allSatisfy { FiniteValues($0.distribution) != nil }
    if isList || isFinite && grid.isComplete, let answer = Self(grid, finished.trials) {
      self = answer
    } else {
      try self.init(ForestSpace(space, names: grid.names), space, finished)
    }
  }

  private init?(_ grid: ObservedGrid, _ trials: [FinishedTrials.Trial]) {
    guard !grid.names.isEmpty, let importance = grid.importance(of: trials) else { return nil }
    method = importance.isExact ? .exact : .leastSquares
    trialCount = trials.count
    effects = importance.mains.map(ImportanceDocument.Effect.init)
    pairs = importance.pairs.map(ImportanceDocument.Effect.init)
    rest = importance.rest
    noise = importance.noise ?? 0
    values = grid.values(importance.marginals)
  }

  private init(_ axes: ForestSpace, _ space: SearchSpace, _ finished: FinishedTrials) throws(ReportError) {
    let trials = finished.trials.compactMap { trial in
      axes.positions(of: trial.hyperparameters).map { ForestImportance.Trial(positions: $0, value: trial.values.mean) }
    }
    let leftOut = finished.leftOut(outside: finished.trials.count - trials.count)
    let name = finished.study.name
    let fewest = ForestImportance.fewestTrials(axisCount: axes.names.count)
    guard trials.count >= fewest else {
      let cells = space.parameters.reduce(1) { count, parameter in
        min(count * min(FiniteValues(parameter.distribution)?.count ?? fewest, fewest), fewest)
      }
      let enough = cells < fewest ? "all \(cells) of the grid" : "\(fewest)"
      throw ReportError(
        location: name,
        problem: "not enough trials yet: \(trials.count) \(trials.count == 1 ? "has" : "have") completed; "
          + "\(enough) would be enough\(leftOut.map { ". \($0)" } ?? "")")
    }
    guard let importance = ForestImportance(axes: axes.axes, trials: trials, seed: 0) else {
      throw ReportError(
        location: name, found: "the same \(finished.name) in nearly all \(trials.count) trials",
        expected: "trials that differ")
    }
    func effect(_ effect: ForestImportance.Effect) -> ImportanceDocument.Effect {
      ImportanceDocument.Effect(
        parameters: effect.axes.map { axes.names[$0] }, measured: nil, fraction: effect.fraction,
        low: effect.interval.low, high: effect.interval.high)
    }
    method = .forest
    trialCount = trials.count
    effects = importance.mains.map(effect)
    pairs = importance.pairs.map(effect)
    rest = importance.rest
    noise = nil
    values = importance.marginals.enumerated().flatMap { axis, means in
      means.enumerated().map { part, mean in
        ImportanceDocument.Value(
          parameter: axes.names[axis], value: axes.text(ofPart: part, of: axis), mean: mean)
      }
    }
    self.leftOut = leftOut
  }
}

extension ImportanceDocument.Effect {
  fileprivate init(_ effect: Importance.Effect) {
    self.init(
      parameters: effect.axes, measured: effect.fraction, fraction: effect.population?.fraction ?? effect.fraction,
      low: effect.population?.interval.low ?? 0, high: effect.population?.interval.high ?? 1)
  }
}

extension FinishedTrials {
  /// What is to be said of trials that a forest leaves out; `nil` if there are none.
  ///
  /// - Parameter outside: The number of completed trials whose values are not in the search space.
  fileprivate func leftOut(outside: Int) -> String? {
    let kinds =
      [(prunedCount, "pruned trial", ""), (divergedCount, "diverged trial", "")]
      + [(outside, "completed trial", " with values outside the search space")]
    let sentences = kinds.filter { $0.0 > 0 }.map { count, kind, place in
      "\(count.counting(kind))\(place) \(count == 1 ? "does" : "do") not count"
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: ". ")
  }
}

/// The values that trials have, as the axes of a grid.
private struct ObservedGrid {
  /// The parameters with more than one value, and the values in the order of the trials.
  private let axes: [(name: String, values: [Literal])]

  /// For each trial, the index of its value on each axis.
  private let levels: [[Int]]

  var names: [String] { axes.map(\.name) }

  init(_ trials: [FinishedTrials.Trial]) {
    let observed = (trials.first?.hyperparameters.names ?? []).map { name in
      var indices: [Literal: Int] = [:]
      var values: [Literal] = []
      let levels = trials.map { trial in
        let value = trial.hyperparameters[name] ?? .null
        if let index = indices[value] { return index }
        indices[value] = values.count
        values.append(value)
        return values.count - 1
      }
      return (name: name, values: values, levels: levels)
    }.filter { $0.values.count > 1 }
    axes = observed.map { ($0.name, $0.values) }
    levels = trials.indices.map { trial in observed.map { $0.levels[trial] } }
  }

  /// Whether each combination of the values has one trial.
  var isComplete: Bool {
    var count = 1
    for axis in axes where count <= levels.count { count *= axis.values.count }
    return count == levels.count && Set(levels).count == levels.count
  }

  /// The exact decomposition, or a least-squares fit; `nil` if the trials do not determine it.
  func importance(of trials: [FinishedTrials.Trial]) -> Importance? {
    Importance(
      axes: axes.map { Importance.Axis(name: $0.name, valueCount: $0.values.count) },
      trials: zip(levels, trials).map { Importance.Trial(levels: $0, values: $1.linearValues) }, seed: 0)
  }

  func values(_ marginals: [[Double?]]) -> [ImportanceDocument.Value] {
    zip(axes, marginals).flatMap { axis, means in
      zip(axis.values, means).map {
        ImportanceDocument.Value(parameter: axis.name, value: $0.description, mean: $1)
      }
    }
  }
}

extension FinishedTrials.Trial {
  /// Values of users with one sample each whose mean is the metric, and varies over samples of users as the metric does.
  ///
  /// With several samples for a user, the metric is a ratio of two sums over users. Its linear part is taken, the values m + (v − m w) for
  /// a metric of m.
  fileprivate var linearValues: [Double] {
    guard let weights else { return values }
    let mean = values.mean
    return zip(values, weights).map { mean + ($0 - mean * $1) }
  }
}
