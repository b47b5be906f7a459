import Literals
import Model
import Tuner

/// A search space that fits a configuration: every parameter is a configuration key, and every cell can be trained.
struct TuningSpace {
  let space: SearchSpace

  /// The file's text, with each value of a list once, as stored in the study.
  var text: String { space.text }

  let sources: ConfigurationSources

  let plan: SearchPlan

  /// The points that the plan tries, in its order; empty if they depend on results.
  let cells: [Hyperparameters]

  /// The result of building configurations: of the points in the plan, or of representatives of all points that may be
  /// tried.
  let survey: ConfigurationSurvey

  /// The total number of trials, if points are drawn or proposed.
  let trialLimit: Int?

  /// The most epochs that a trial can have.
  var longest: Int { survey.longest }

  /// The ways in which trials are validated.
  private var schedules: Set<TrainingConfiguration> { survey.schedules }

  /// Whether any trial is validated before its last epoch.
  var validatesBeforeEnd: Bool { schedules.contains { $0.validatesBeforeEnd() } }

  /// The configuration of the first cell; the others differ from it in tuned keys only.
  var firstConfiguration: Configuration { survey.first }

  /// The distinct ways in which cells read their data.
  var datasetConfigurations: [DatasetConfiguration] { survey.datasets }

  /// Keys that must be the same for all trials of a study.
  private static let commonKeys: Set<String> = [
    "model", "dataset", "data_path", "valid_metric", "metrics", "topk", "tail_ratio", "metric_decimal_place",
    "repeatable", "epoch_fraction",
  ]

  /// Keys that determine how the data is read.
  static let dataKeys = Set(Configuration.keys.filter { $0.group == .dataset || $0.name == "eval_args" }.map(\.name))

  /// Reads and checks everything.
  ///
  /// - Throws: All unknown or doubly given parameters at once, then all impossible cells at once.
  init(text: String, file: String, sources: ConfigurationSources, plan: SearchPlan) throws {
    let space = try SearchSpace(parsing: text, file: file)
    (self.space, self.sources, self.plan) = (space, sources, plan)
    try Self.checkNames(space, sources)
    let tunesSeed = space.parameters.contains { $0.name == "seed" }
    var survey = ConfigurationSurvey()
    func look(at cell: Hyperparameters) -> Bool {
      survey.look(at: cell) { point throws(ConfigurationError) in
        try sources.configuration(with: [Self.layer(point, of: space)])
      }
    }
    let needsSeed = !tunesSeed && (plan.algorithm == .random || plan.isShuffled)
    cells = try Self.warning(about: space) {
      let seed = needsSeed ? try Self.seed(space, sources) : 0
      return try plan.cells(of: space, seed: seed) { look(at: $0) || !plan.leavesOut }
    }
    var areAll = true
    if plan.algorithm == .bayes {
      let representatives = space.representatives()
      areAll = representatives.areAll
      for point in representatives.points { _ = look(at: point) }
    }
    self.survey = survey
    trialLimit =
      plan.algorithm == .exhaustive ? nil : Self.trialLimit(plan, of: space, survey)
    try Self.warning(about: space) { try survey.check(leavesOut: plan.leavesOut) }
    if !areAll, survey.datasets.count > 1, !Self.coversData(survey.possible, of: space) {
      throw CommandError.input(
        "\(file): found tuned data settings in a search space too large to find all of them beforehand; "
          + "expected shorter lists of data settings, or --algo=random, which draws its configurations beforehand")
    }
    try checkPlan(tunesSeed: tunesSeed)
  }

  /// The study's seed, which all points share.
  private static func seed(_ space: SearchSpace, _ sources: ConfigurationSources) throws -> Int {
    do {
      return Int(clamping: try sources.configuration().training.seed)
    } catch {
      // The fixed keys alone may be impossible, such as a hidden_size that only the tuned values of n_heads divide.
      for point in space.representatives(limit: 1000).points {
        let configuration = try? sources.configuration(with: [layer(point, of: space)])
        if let configuration { return Int(clamping: configuration.training.seed) }
      }
      throw error
    }
  }

  /// The total number of trials: no more than the space has points, as far as known.
  private static func trialLimit(_ plan: SearchPlan, of space: SearchSpace, _ survey: ConfigurationSurvey) -> Int {
    let limit = plan.trialLimit(of: space)
    let knowsAll = plan.leavesOut && RandomSampler(space, seed: 0).count == survey.total
    return knowsAll ? max(1, min(limit, survey.possible.count)) : limit
  }

  /// Whether every combination of the data settings is among the points, so that all ways of reading the data are known.
  private static func coversData(_ points: [Hyperparameters], of space: SearchSpace) -> Bool {
    let seen = Set(points.map { Hyperparameters($0.pairs.filter { dataKeys.contains($0.name) }).canonical })
    return space.combinationCount(of: dataKeys) == seen.count
  }

  /// Checks what the plan asks of the configuration.
  private func checkPlan(tunesSeed: Bool) throws(CommandError) {
    if plan.repeats != nil, tunesSeed {
      throw .input("--repeats cannot be combined with a tuned seed; use one of the two")
    }
    guard let name = plan.pruner else { return }
    if let interval = schedules.map(\.validationInterval).filter({ $0 <= 0 }).max() {
      throw .input(
        "--pruner=\(name) needs validation before the last epoch; found eval_step=\(interval), set it to 1 or more")
    }
    let first = plan.pruner(longest: longest).firstRung
    guard first < longest else {
      throw .input(
        "--first_rung: found \(first); expected less than \(longest), the maximum number of epochs")
    }
    guard schedules.contains(where: { $0.validatesBeforeEnd(from: first) }) else {
      let interval = schedules.map(\.validationInterval).min() ?? 1
      throw .input(
        "--pruner=\(name) needs a validation from epoch \(first) on and before the last one; "
          + "found eval_step=\(interval), set a smaller one")
    }
  }

  /// The maximum number of trials that can run at the same time: all, or all repeats with additional seeds.
  var mostTrials: Int {
    let count = max(1, cells.isEmpty ? trialLimit ?? 1 : cells.count)
    let (product, overflow) = count.multipliedReportingOverflow(by: plan.repeats ?? 1)
    return overflow ? count : product
  }

  /// How many trials with the same memory needs as one of `memory(_:)` can run at the same time.
  var copies: Int { cells.isEmpty ? mostTrials : plan.repeats ?? 1 }

  /// The configuration of a cell.
  ///
  /// - Parameter repetition: The number of the repeat with another seed; 0 for the study's own seed.
  func configuration(of cell: Hyperparameters, repetition: Int = 0) throws -> Configuration {
    guard repetition > 0 else { return try sources.configuration(with: [Self.layer(cell, of: space)]) }
    let repeated = StudyDefinition.seed(Int(clamping: firstConfiguration.training.seed), ofRepetition: repetition)
    let point = Hyperparameters(cell.pairs + [.init(name: "seed", value: .integer(repeated))])
    return try sources.configuration(with: [Self.layer(point, of: space)])
  }

  /// The memory that the trials need, any of which may run at the same time.
  ///
  /// If only some points were examined, the largest may not be among them.
  func memory(_ datasets: [DatasetConfiguration: SequenceDataset]) throws -> [TrainingMemory] {
    var configurations = try survey.possible.map { try configuration(of: $0) }
    if plan.algorithm == .bayes, let largest = try? configuration(of: space.largest) { configurations.append(largest) }
    return configurations.compactMap { configuration in
      datasets[configuration.dataset].map { TrainingMemory(configuration, $0, keepsCheckpoints: true) }
    }
  }

  /// The configuration layer of a cell.
  static func layer(_ cell: Hyperparameters, of space: SearchSpace) -> ConfigurationLayer {
    ConfigurationLayer(
      source: space.file,
      values: Dictionary(cell.pairs.map { ($0.name, $0.value) }) { $1 },
      locations: Dictionary(space.parameters.map { ($0.name, $0.location) }) { $1 })
  }

  static func checkNames(_ space: SearchSpace, _ sources: ConfigurationSources) throws(SearchSpaceError) {
    var problems: [Problem] = []
    for parameter in space.parameters {
      if commonKeys.contains(parameter.name) {
        problems.append(
          .init(
            location: parameter.location, found: "parameter '\(parameter.name)', which all trials of a study share",
            expected: "--\(parameter.name)=VALUE on the command line"))
      } else if sources.commandLineKeys.contains(parameter.name) {
        problems.append(
          .init(
            location: parameter.location, found: "parameter '\(parameter.name)', which --\(parameter.name) also sets",
            expected: "one of the two"))
      } else if let obstacle = Configuration.meaning(ofKey: parameter.name).obstacle(tuning: parameter.name) {
        problems.append(
          .init(location: parameter.location, found: obstacle.found, expected: obstacle.expected))
      }
    }
    guard problems.isEmpty else { throw SearchSpaceError(problems: problems) }
  }
}
