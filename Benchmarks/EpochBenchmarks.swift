import Foundation
import Kernels
import Model

/// Whole epochs on a real dataset: on one thread, the validation after each, and on all cores.
struct EpochBenchmarks {
  let rounds: Int
  let peak: Peak
  let report: Report
  let showsEpoch: Bool
  let showsEvaluation: Bool
  let showsThreads: Bool

  /// - Parameter dataset: Without it grocery, and ml-100k where it has been fetched.
  func run(dataset: String?, dataPath: String?) throws {
    for name in dataset.map({ [$0] }) ?? ["grocery", "ml-100k"] {
      var configuration = try Self.configuration(of: name, dataPath: dataPath)
      if dataset == nil && configuration.dataset.folder == nil {
        print("\n\(name) is not there; 'run-hyper dataset fetch \(name)' fetches it")
        continue
      }
      configuration.training.epochs = rounds
      configuration.training.patience = rounds
      let dataset = try SequenceDataset.load(configuration.dataset).dataset
      if showsEpoch || showsEvaluation { try measure(configuration, dataset) }
      if showsThreads {
        configuration.training.epochs = 1
        try ThreadBenchmarks(rounds: rounds, report: report)
          .run("\(dataset.name), one epoch", configuration, dataset)
      }
    }
  }

  /// RecBole's defaults with a dataset's own settings.
  static func configuration(of dataset: String, dataPath: String?) throws -> Configuration {
    let home = ProcessInfo.processInfo.environment["RUN_HYPER_HOME"].map { ["\($0)/datasets"] } ?? []
    var arguments = [(key: "dataset", text: dataset)]
    if let dataPath { arguments.append((key: "data_path", text: dataPath)) }
    let named = [try ConfigurationLayer(arguments: arguments)]
    let own = try Configuration.datasetLayer(for: named, dataDirectories: home)
    return try Configuration(layers: (own.map { [$0] } ?? []) + named, dataDirectories: home)
  }

  private func measure(_ configuration: Configuration, _ dataset: SequenceDataset) throws {
    var training: [Double] = []
    var validation: [Double] = []
    var computing: [Double] = []
    var mark = (wall: Timing.wallTime, cpu: Timing.cpuTime)
    func lap() -> (wall: Double, cpu: Double) {
      let now = (wall: Timing.wallTime, cpu: Timing.cpuTime)
      defer { mark = now }
      return (now.wall - mark.wall, now.cpu - mark.cpu)
    }
    _ = try Trainer(configuration: configuration, dataset: dataset).run(
      onProgress: {
        guard $0.fraction == 1 else { return }
        let time = lap()
        training.append(time.wall)
        computing.append(time.cpu)
      },
      onEpoch: { _ in validation.append(lap().wall) })
    let (epoch, evaluation) = (Timing(seconds: training), Timing(seconds: validation))
    if showsEpoch {
      let work = NeededWork(configuration, dataset)
      let batchSize = configuration.training.batchSize
      let total = (0..<rounds).map { work.operations(epoch: $0, batchSize: batchSize) }.reduce(0, +)
      let rows = Rate("rows_per_second", Double(dataset.train.count) / epoch.median, "rows/s")
      report.add(
        Measurement(
          group: "epoch", name: "\(dataset.name), \(dataset.train.count) rows", timing: epoch,
          rates: [rows] + peak.rates(operations: total / Double(rounds), timing: epoch)
            + [Rate("cpu_seconds", Timing(seconds: computing).median, "s of CPU time")]))
    }
    if showsEvaluation {
      report.add(
        Measurement(
          group: "evaluation", name: "\(dataset.name), \(dataset.valid.count) histories", timing: evaluation,
          rates: [
            Rate("histories_per_second", Double(dataset.valid.count) / evaluation.median, "histories/s"),
            Rate("share_of_epoch", evaluation.median / epoch.median, share: "of an epoch's training"),
          ]))
    }
  }
}
