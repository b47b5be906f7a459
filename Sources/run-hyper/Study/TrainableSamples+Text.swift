import Literals
import Model
import Tuner

extension TrainableSamples {
  /// A one-line error if nothing can be learned, or if some epochs would have no sample; otherwise `nil`.
  func problem(_ configuration: Model.Configuration) -> String? {
    let data = configuration.dataset
    let epochsPerPass = configuration.training.epochsPerPass
    if 1..<epochsPerPass ~= rowCount {
      let kind = configuration.network.objective == .causal ? "training window" : "training sample"
      return "\(data.name): found \(rowCount.counting(kind)) for epochs of 1/\(epochsPerPass) of them; "
        + "expected a larger epoch_fraction, or at least \(epochsPerPass) \(kind)s"
    }
    guard count == 0, total > 0 else { return nil }
    let rows = data.rowsNeeded(forTrainingHistory: 2).map { "users with at least \($0) rows" }
    let needed =
      data.benchmarkFiles == nil
      ? rows ?? "users with more rows, or a larger first share in eval_args"
      : "histories of at least 2 items in the training file"
    let samples =
      total == 1 ? "1 training sample: its history has" : "\(total) training samples: all their histories have"
    return "\(data.name): found nothing to learn in \(samples) one item, and a mask on the first item never "
      + "counts in the loss; expected \(needed)"
  }

  /// A warning if only few samples can teach, or `nil`.
  var note: String? {
    areFew ? "only \(text)" : nil
  }

  /// The number of samples that can teach, and why the others cannot.
  var text: String {
    let what =
      "\(count) of \(total) training samples, from \(userCount) of \(totalUserCount) users, can teach the model anything"
    guard count < total else { return what }
    return what + "; histories of one item cannot, since a mask on the first item never counts in the loss"
  }
}

extension TuningSpace {
  /// Checks, before anything is trained, that every configuration has something to learn.
  ///
  /// - Returns: A note if only few samples can teach in some configuration.
  /// - Throws: An error with one line per dataset with nothing to learn, and the configurations that read it so.
  func checkTrainable(_ datasets: [DatasetConfiguration: SequenceDataset]) throws -> [String] {
    var notes: [(samples: TrainableSamples, cells: CellCount)] = []
    var problems: [String] = []
    for (configuration, cells) in try trainingCases() {
      guard let dataset = datasets[configuration.dataset] else {
        preconditionFailure("the dataset of \(cells.first) was not loaded")
      }
      let samples = TrainableSamples(dataset, configuration.network)
      if let problem = samples.problem(configuration) { problems.append(problem + cells.text) }
      if samples.areFew { notes.append((samples, cells)) }
    }
    guard problems.isEmpty else { throw CommandError.input(problems.joined(separator: "\n")) }
    // The worst case is enough.
    let worst = notes.min { $0.samples.count * $1.samples.total < $1.samples.count * $0.samples.total }
    return worst.flatMap { worst in worst.samples.note.map { [$0 + worst.cells.text] } } ?? []
  }

  /// The number of configurations that have something in common, and the first of them.
  struct CellCount {
    let first: Hyperparameters
    var count = 1
    let total: Int

    /// The affected configurations; empty if all are.
    var text: String { count == total ? "" : " (in \(count) of \(total) configurations, such as \(first))" }
  }

  /// One configuration for each combination of dataset and masking, which determine what can be learned.
  private func trainingCases() throws -> [(configuration: Configuration, cells: CellCount)] {
    struct Case: Hashable {
      let dataset: DatasetConfiguration
      let shortest: Int?
    }
    var cases: [(configuration: Configuration, cells: CellCount)] = []
    var indices: [Case: Int] = [:]
    let decisive: Set<String> = ["ft_ratio", "mask_ratio", "epochs"]
    let areAlike = datasetConfigurations.count == 1 && decisive.isDisjoint(with: space.parameters.map(\.name))
    let cells = survey.possible
    for cell in areAlike ? cells.prefix(1) : cells[...] {
      let configuration = try configuration(of: cell)
      // Without training, nothing has to be learned.
      guard configuration.training.epochs > 0 else { continue }
      let key = Case(dataset: configuration.dataset, shortest: configuration.network.shortestTrainableHistory)
      if let index = indices[key] {
        cases[index].cells.count += 1
      } else {
        indices[key] = cases.count
        cases.append((configuration, CellCount(first: cell, total: areAlike ? 1 : cells.count)))
      }
    }
    return cases
  }
}
