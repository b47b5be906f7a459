import Literals
import Model
import Tuner

/// A search space that fits a configuration: every parameter is a key, every cell can be trained.
struct TuningSpace {
  let space: SearchSpace

  /// The file's text, which a study keeps.
  let text: String

  let sources: ConfigurationSources

  let plan: SearchPlan

  /// The points that the plan tries, in its order; none where they depend on results.
  let cells: [Hyperparameters]

  /// Points that stand for all that may be tried: `cells`, or every combination of the values and the ends of ranges.
  private let samples: [Hyperparameters]

  /// The most epochs that a trial can have.
  let longest: Int

  /// The ways in which `samples` are validated: epochs and the interval alone.
  private let schedules: Set<TrainingConfiguration>

  /// Whether any trial is validated before its last epoch.
  var validatesBeforeEnd: Bool { schedules.contains { $0.validatesBeforeEnd() } }

  /// The configuration of the first cell; the others differ from it in tuned keys only.
  let firstConfiguration: Configuration

  /// The distinct ways in which cells read their data.
  let datasetConfigurations: [DatasetConfiguration]

  /// Keys that have to be the same for all trials of a study.
  private static let commonKeys: Set<String> = [
    "model", "dataset", "data_path", "valid_metric", "metrics", "topk", "metric_decimal_place",
  ]

  /// Reads and checks everything.
  ///
  /// - Throws: All unknown or doubly given parameters at once, then all impossible cells at once.
  init(text: String, file: String, sources: ConfigurationSources, plan: SearchPlan) throws {
    self.text = text
    self.sources = sources
    self.plan = plan
    space = try SearchSpace(parsing: text, file: file)
    try Self.checkNames(space, sources)
    let tunesSeed = space.parameters.contains { $0.name == "seed" }
    cells = try plan.cells(
      of: space, seed: tunesSeed ? 0 : Int(clamping: try sources.configuration().training.seed))
    let (representatives, areAll) = cells.isEmpty ? space.representatives() : (cells, true)
    samples = representatives

    var first = Configuration()
    var longest = 0
    var datasets: [DatasetConfiguration] = []
    var schedules: Set<TrainingConfiguration> = []
    var impossible = ImpossibleCells()
    for cell in samples {
      do throws(ConfigurationError) {
        let configuration = try sources.configuration(tuned: Self.layer(cell, of: space))
        if datasets.isEmpty { first = configuration }
        longest = max(longest, configuration.training.epochs)
        var schedule = TrainingConfiguration()
        schedule.epochs = configuration.training.epochs
        schedule.validationInterval = configuration.training.validationInterval
        schedules.insert(schedule)
        if !datasets.contains(configuration.dataset) { datasets.append(configuration.dataset) }
      } catch {
        impossible.add(cell, error)
      }
    }
    try impossible.check(total: samples.count)
    firstConfiguration = first
    datasetConfigurations = datasets
    self.longest = longest
    self.schedules = schedules
    if !areAll, datasets.count > 1 {
      throw CommandError.input(
        "\(file): found tuned data settings among more than \(samples.count) configurations; "
          + "expected shorter lists, or --algo=random, which knows its configurations beforehand")
    }
    try checkPlan(tunesSeed: tunesSeed)
  }

  /// Checks what the plan asks of the configuration.
  private func checkPlan(tunesSeed: Bool) throws(CommandError) {
    if plan.repeats != nil, tunesSeed {
      throw .input("--repeats: found with a tuned seed; expected one of the two")
    }
    guard let name = plan.pruner else { return }
    if let interval = schedules.map(\.validationInterval).filter({ $0 <= 0 }).max() {
      throw .input(
        "--pruner: found \(name) without validation before the last epoch (eval_step=\(interval)); "
          + "expected eval_step of 1 or more")
    }
    let first = plan.pruner(longest: longest).firstRung
    guard first < longest else {
      throw .input(
        "--first_rung: found \(first), and trials of at most \(longest) epochs; expected an epoch before the last")
    }
    guard schedules.contains(where: { $0.validatesBeforeEnd(from: first) }) else {
      let interval = schedules.map(\.validationInterval).min() ?? 1
      throw .input(
        "--pruner: found \(name), and no validation from epoch \(first) to the last but one (eval_step=\(interval)); "
          + "expected a smaller eval_step")
    }
  }

  /// The configuration of a cell.
  ///
  /// - Parameter repetition: Which of the repeats with another seed; 0 for the study's own.
  func configuration(of cell: Hyperparameters, repetition: Int = 0) throws -> Configuration {
    guard repetition > 0 else { return try sources.configuration(tuned: Self.layer(cell, of: space)) }
    let seed = Int(clamping: try sources.configuration().training.seed)
    let repeated = StudyDefinition.seed(seed, ofRepetition: repetition)
    return try sources.configuration(
      tuned: Self.layer(Hyperparameters(cell.pairs + [.init(name: "seed", value: .integer(repeated))]), of: space))
  }

  /// The memory that the trials need, any of which may meet.
  func memory(_ datasets: [DatasetConfiguration: SequenceDataset]) throws -> [TrainingMemory] {
    try samples.map { cell in
      let configuration = try configuration(of: cell)
      guard let dataset = datasets[configuration.dataset] else {
        preconditionFailure("the dataset of \(cell) was not loaded")
      }
      return TrainingMemory(configuration, dataset, keepsCheckpoints: true)
    }
  }

  private static func layer(_ cell: Hyperparameters, of space: SearchSpace) -> ConfigurationLayer {
    ConfigurationLayer(
      source: space.file,
      values: Dictionary(cell.pairs.map { ($0.name, $0.value) }) { $1 },
      locations: Dictionary(space.parameters.map { ($0.name, $0.location) }) { $1 })
  }

  private static func checkNames(_ space: SearchSpace, _ sources: ConfigurationSources) throws(SearchSpaceError) {
    let known = Configuration.keys.map(\.name)
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
      } else if !known.contains(parameter.name) {
        let nearest = nearestName(to: parameter.name, among: known).map { "'\($0)', the nearest key" }
        problems.append(
          .init(
            location: parameter.location, found: "unknown parameter '\(parameter.name)'",
            expected: nearest ?? "a configuration key; run-hyper train --help lists them"))
      }
    }
    guard problems.isEmpty else { throw SearchSpaceError(problems: problems) }
  }
}

/// Cells of a grid that no network or training can have, by what is wrong with them.
private struct ImpossibleCells {
  private var problems: [(text: String, cells: [Hyperparameters])] = []
  private var count = 0

  mutating func add(_ cell: Hyperparameters, _ error: ConfigurationError) {
    count += 1
    for text in error.problems.map(\.description) {
      if let index = problems.firstIndex(where: { $0.text == text }) {
        problems[index].cells.append(cell)
      } else {
        problems.append((text, [cell]))
      }
    }
  }

  func check(total: Int) throws(CommandError) {
    guard count > 0 else { return }
    // What is wrong with all of them has nothing to do with the cells.
    let general = problems.filter { $0.cells.count == total }.map(\.text)
    guard general.isEmpty else { throw .input(general.joined(separator: "\n")) }
    let lines = problems.flatMap { problem in [problem.text] + problem.cells.map { "  in \($0)" } }
    throw .input("\(count) of \(total) configurations are impossible\n" + lines.joined(separator: "\n"))
  }
}
