import ArgumentParser
import Literals
import Model
import Tuner

/// Writes weights, and what belongs to them, to a folder for other programs.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write weights, items and configuration for Python to a folder.",
    usage: "run-hyper export [<study>] --to <folder> [<options>]",
    discussion: """
      Examples:
        run-hyper export --to=model
        run-hyper export bert4rec-grocery-hyper --trial=best --to=model
        run-hyper export --weights=model.safetensors --to=model

      The folder has weights.safetensors, config.yaml with RecBole's keys, items.tsv,
      item_vectors.npy, and load_recbole.py for RecBole 1.2.1, whose BERT4Rec has no
      causal objective. A trial whose weights the study does not keep is trained
      again, bit for bit.
      """)

  @Argument(help: "Name of the study. (default: the newest study)")
  var study: String?

  @Option(
    help: ArgumentHelp(
      "Use the weights of this trial: its number, or 'best'. (default: best)", valueName: "trial"))
  var trial: ChosenTrial?

  @Option(
    help: ArgumentHelp("Use this weights file (safetensors) instead of a study's best weights.", valueName: "file"))
  var weights: String?

  @Option(help: ArgumentHelp("Write to this folder, which is new or empty.", valueName: "folder"))
  var to: String

  @OptionGroup var storage: StorageOptions

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    _ = try Processor.able()
    let (preparation, place) = try reading {
      try checkOptions()
      let place = try NewFolder(to)
      return (try prepared(try source()), place)
    }
    Output.note("Exporting \(preparation.source.title)")
    let stop = StopController()
    let interruption = Interruption { stop.requestStop() }
    let export = try preparation.export(shouldStop: { stop.isRequested })
    let contents = try export.contents()
    if let note = export.note { Output.note("note: \(note)") }
    try place.write("the export", contents.map { content in (content.name, { content.bytes }) }) { stop.isRequested }
    withExtendedLifetime(interruption) {}
    let paths = contents.map { to.hasSuffix("/") ? to + $0.name : "\(to)/\($0.name)" }
    let width = paths.map(\.visible.count).max() ?? 0
    Output.result(
      zip(paths, contents).map { "\($0.visible.padding(to: width))  \($1.summary)" }.joined(separator: "\n"))
  }

  /// Refuses options that do not go together.
  private func checkOptions() throws(CommandError) {
    try options.check(weights: weights, study: study, trial: trial)
  }

  private func source() throws -> WeightsSource {
    if let weights { return try WeightsSource(file: weights, options) }
    return try WeightsSource(study: study, trial: trial ?? .best, in: storage, dataPath: options.dataPath)
  }

  /// Everything that is known before a training that the weights may need.
  private struct Preparation {
    let source: WeightsSource
    let dataset: SequenceDataset

    /// The items' names by id; `nil` if the dataset has none.
    let names: [String]?
    let threads: Int

    func export(shouldStop: @escaping () -> Bool) throws -> Export {
      let weights = try source.weights(on: dataset, threads: threads, shouldStop: shouldStop)
      return Export(
        weights: weights, configuration: source.configuration, tokens: dataset.itemTokens, names: names)
    }
  }

  /// Reads and checks all input.
  private func prepared(_ source: WeightsSource) throws -> Preparation {
    let configuration = source.configuration
    let (dataset, report) = try DatasetLibrary.load(configuration.dataset)
    for note in (weights == nil ? [] : configuration.notes) + report.warnings { Output.note("note: \(note)") }
    try source.check(dataset)
    let training =
      source.training == nil ? [] : [TrainingMemory(configuration, dataset, keepsCheckpoints: false)]
    let admission = try Admission.check(
      [TrainingMemory(measuring: configuration, dataset)] + training, workers: 1,
      threads: training.isEmpty ? 1 : SlurmAllocation.usableCores, note: Output.note)
    try source.checkShapes(on: dataset)
    let names = try ItemNames(configuration.dataset, TokenIndex(dataset.itemTokens), itemCount: dataset.itemCount)
    return Preparation(source: source, dataset: dataset, names: names?.names, threads: admission.threads)
  }
}
