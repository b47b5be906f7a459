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

  /// The points that the plan tries, in its order.
  let cells: [Hyperparameters]

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

    var first = Configuration()
    var datasets: [DatasetConfiguration] = []
    var impossible = ImpossibleCells()
    for cell in cells {
      do throws(ConfigurationError) {
        let configuration = try sources.configuration(tuned: Self.layer(cell, of: space))
        if datasets.isEmpty { first = configuration }
        if !datasets.contains(configuration.dataset) { datasets.append(configuration.dataset) }
      } catch {
        impossible.add(cell, error)
      }
    }
    try impossible.check(total: cells.count)
    firstConfiguration = first
    datasetConfigurations = datasets
  }

  /// The configuration of a cell.
  func configuration(of cell: Hyperparameters) throws -> Configuration {
    try sources.configuration(tuned: Self.layer(cell, of: space))
  }

  /// The memory that each cell's trial needs.
  func memory(_ datasets: [DatasetConfiguration: SequenceDataset]) throws -> [TrainingMemory] {
    try cells.map { cell in
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
