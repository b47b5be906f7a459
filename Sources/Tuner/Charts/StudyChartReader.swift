import Literals

/// Reads a study's chart again and again; each time, only trials that have changed are read in full.
///
/// It belongs to one thread.
package final class StudyChartReader {
  /// What is read of a trial only when it has changed.
  private struct Parts {
    let row: TrialRow
    let parameters: Hyperparameters
    let metrics: [SplitMetric]
    let curve, losses: [StudyChart.Point]
    let attempts: [StoredAttempt]
  }

  /// An attempt with its times in seconds, which take long to read from their texts.
  fileprivate struct StoredAttempt {
    let attempt: TrialAttempt
    let start, end: Double?

    init(_ attempt: TrialAttempt) {
      self.attempt = attempt
      start = StoredTime.seconds(attempt.startedAt)
      end = attempt.endedAt.flatMap(StoredTime.seconds)
    }
  }

  private let store: StudyStore
  private let study: Study
  private let ranking: RankingChoice
  private var parts: [Int64: Parts] = [:]
  private var arrivals: ArrivalRecord
  private var assessment: StudyAssessment
  private let recipe: (Hyperparameters) -> StudyChart.Recipe?
  private var recipes: [Int: StudyChart.Recipe?] = [:]

  /// The number of trials, the best, that get a recipe: finding one takes milliseconds.
  private static let mostRecipes = 200

  /// The first start of any trial, in seconds.
  private var start: Double?

  /// Whether intervals, ties and importance are those of an earlier state of the study.
  package var isBehind: Bool { assessment.isBehind }

  /// - Parameter isRepeatable: The value of `repeatable` whose ranking counts; `nil` for the study's own.
  /// - Parameter recipe: How to train a point of the study again.
  package init(
    _ store: StudyStore, _ study: Study, isRepeatable: Bool? = nil,
    recipe: @escaping (Hyperparameters) -> StudyChart.Recipe? = { _ in nil }
  ) {
    self.store = store
    self.recipe = recipe
    self.study = study
    ranking = study.definition.ranking(isRepeatable: isRepeatable)
    arrivals = ArrivalRecord(study.definition)
    assessment = StudyAssessment(study, isRepeatable: isRepeatable)
  }

  /// Whether it reads this study, whose definition may have changed since.
  package func isFor(_ other: Study, in store: StudyStore) -> Bool {
    func parts(_ study: Study) -> [String] {
      let definition = study.definition
      return [
        "\(study.id)", definition.name, definition.searchSpace, definition.pruner.description, definition.metric,
        definition.invocation, definition.fixedConfigurationHash,
      ]
    }
    return store === self.store && parts(other) == parts(study)
  }

  /// The chart as the study is now.
  ///
  /// - Parameter mayLag: Whether intervals, ties and importance may be those of an earlier state, for as long as computing them
  ///   again would take up too much of a core.
  package func chart(mayLag: Bool = false) throws -> StudyChart { try chart(of: try read(mayLag: mayLag)) }

  /// What was read of a study at one moment.
  package struct Reading {
    fileprivate let rows: [TrialRow]
    fileprivate let other: OtherRanking?
    fileprivate let repeats: [Int64: [Double]]

    /// Whether intervals, ties and importance are to be computed.
    fileprivate let isDue: Bool
  }

  /// Reads what has changed, for `chart(of:)`.
  package func read(mayLag: Bool = false) throws -> Reading {
    try store.read { db in
      let other = ranking.isOwn ? nil : try OtherRanking(of: study, ranking, by: study.definition.metric, db)
      let rows = try StudyStore.trials(TrialSelection(of: study.id), db)
      try update(rows, db)
      for (id, decision) in try StudyStore.record(of: study, after: arrivals.last, db) { arrivals.add(decision, id) }
      let isDue = assessment.isDue(rows, mayLag: mayLag)
      if isDue { try assessment.read(rows, other, db) }
      let repeats = try other?.repeatedValues ?? StudyStore.repeatedValues(of: study.id, db)
      return Reading(rows: rows, other: other, repeats: repeats, isDue: isDue)
    }
  }

  /// The chart of what was read last.
  package func chart(of reading: Reading) throws -> StudyChart {
    if reading.isDue { try assessment.compute(from: store) }
    var trials = reading.rows.map { trial($0, reading.other, repeatedValues: reading.repeats[$0.id] ?? []) }
    assessment.assess(&trials)
    addRecipes(to: &trials)
    return chart(of: trials)
  }

  /// Reads the trials that are new or have changed.
  private func update(_ rows: [TrialRow], _ db: Connection) throws {
    let ids = Set(rows.map(\.id))
    parts = parts.filter { ids.contains($0.key) }
    let changed = rows.filter { parts[$0.id]?.row != $0 }
    guard !changed.isEmpty else { return }
    let selection =
      changed.count == rows.count ? TrialSelection(of: study.id) : TrialSelection(changed.map(\.id), db.dialect)
    let hyperparameters = try StudyStore.allHyperparameters(of: selection, db)
    let metrics = try StudyStore.allMetrics(of: selection, db)
    let curves = try StudyStore.learningCurves(of: study.definition.validationMetric, selection, db)
    let losses = try StudyStore.learningCurves(of: "train.loss", selection, db)
    let attempts = try StudyStore.attempts(of: selection, db)
    for row in changed {
      func points(_ curve: [CurvePoint]?) -> [StudyChart.Point] {
        (curve ?? []).map { StudyChart.Point(epoch: $0.epoch, value: $0.value) }
      }
      parts[row.id] = Parts(
        row: row, parameters: Hyperparameters(hyperparameters[row.id] ?? []), metrics: metrics[row.id] ?? [],
        curve: points(curves[row.id]), losses: points(losses[row.id]),
        attempts: (attempts[row.id] ?? []).map(StoredAttempt.init))
    }
    start = parts.values.flatMap(\.attempts).compactMap(\.start).min()
  }

  private func trial(_ row: TrialRow, _ other: OtherRanking?, repeatedValues: [Double]) -> StudyChart.Trial {
    guard let parts = parts[row.id] else { preconditionFailure("every trial of the snapshot was read") }
    let definition = study.definition
    let metrics = other?.metrics(of: row.id, as: parts.metrics) ?? parts.metrics
    var trial = StudyChart.Trial(
      number: row.number, state: row.state, value: row.value(definition, metrics, other), parameters: parts.parameters,
      curve: parts.curve, seconds: row.seconds, metrics: metrics)
    trial.epochs = row.epochs
    trial.epochLimit = row.epochLimit
    trial.bestEpoch = row.bestEpoch
    trial.cost = row.epochCost.map { $0 * Double(row.epochs) / 1e12 }.finite
    trial.losses = parts.losses.isEmpty ? nil : parts.losses
    trial.rungs = arrivals.arrivals(of: row.number)
    trial.attempts = parts.attempts.isEmpty ? nil : parts.attempts.map { StudyChart.Attempt($0, from: start ?? 0) }
    trial.message = row.failureMessage
    trial.repeats = StudyChart.Repeats(of: repeatedValues)
    return trial
  }

  private func addRecipes(to trials: inout [StudyChart.Trial]) {
    let direction = study.definition.direction
    let points = Dictionary(parts.values.map { ($0.row.number, $0.parameters) }) { $1 }
    let best = trials.indices.filter { trials[$0].value != nil }.sorted { a, b in
      let (a, b) = (trials[a], trials[b])
      if (a.state == .completed) != (b.state == .completed) { return a.state == .completed }
      guard let x = a.value, let y = b.value, x != y else { return a.number < b.number }
      return direction.prefers(x, to: y)
    }
    for index in best.prefix(Self.mostRecipes) {
      let number = trials[index].number
      let known = recipes[number] ?? points[number].flatMap(recipe)
      recipes[number] = .some(known)
      trials[index].command = known?.command
      trials[index].configuration = known?.configuration
    }
  }

  private func chart(of trials: [StudyChart.Trial]) -> StudyChart {
    let definition = study.definition
    var names: [String] = []
    var known: Set<String> = []
    for row in parts.values.sorted(by: { $0.row.number < $1.row.number }) {
      for name in row.parameters.names where known.insert(name).inserted { names.append(name) }
    }
    var chart = StudyChart(definition, ranking, parameters: names, trials: trials)
    chart.axes = (try? SearchSpace(parsing: definition.searchSpace, file: "")).map { space in
      Dictionary(space.parameters.map { ($0.name, StudyChart.Axis($0.distribution)) }) { $1 }
    }
    chart.epochs = trials.compactMap(\.epochLimit).max()
    chart.users = assessment.userCount > 0 ? assessment.userCount : nil
    if definition.pruner.kind != .none {
      chart.pruner = definition.pruner.description
      chart.rungs = arrivals.rungs(of: trials)
    }
    chart.importance = assessment.importance
    return chart
  }
}

extension StudyChart.Attempt {
  /// - Parameter start: The first start of the study, in seconds.
  fileprivate init(_ stored: StudyChartReader.StoredAttempt, from start: Double) {
    let attempt = stored.attempt
    self.init(
      worker: attempt.ownerParts?.description ?? attempt.owner, start: (stored.start ?? start) - start,
      end: stored.end.map { $0 - start }, ending: attempt.ending, from: attempt.fromEpoch)
  }
}

extension StudyChart.Repeats {
  /// `nil` without values.
  fileprivate init?(of values: [Double]) {
    guard !values.isEmpty, values.mean.isFinite else { return nil }
    let squares = values.reduce(0) { $0 + ($1 - values.mean) * ($1 - values.mean) }
    self.init(
      count: values.count, mean: values.mean,
      deviation: values.count > 1 ? Optional((squares / Double(values.count - 1)).squareRoot()).finite : nil)
  }
}
