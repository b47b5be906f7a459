import ArgumentParser
import Foundation
import Model
import Tuner

/// Trains one configuration, without a study.
struct TrainCommand: ParsableCommand, CheckedCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train one configuration, without a study.", usage: "run-hyper train [<options>]",
    discussion: """
      Example:
        run-hyper train --learning_rate=0.005 --save=model.safetensors

      Configuration keys, for --KEY=VALUE, YAML files and parameter files:

      \(ConfigurationKey.table())
      """)

  @OptionGroup var options: ConfigurationOptions

  @Option(help: ArgumentHelp("Write the weights of the best epoch to this file (safetensors).", valueName: "file"))
  var save: String?

  @Option(
    help: ArgumentHelp("Number of threads; results do not depend on it. (default: number of cores)", valueName: "count")
  )
  var threads: Int?

  func run() throws {
    _ = try Processor.able()
    let (configuration, dataset, showsBar) = try reading {
      var mistakes = Mistakes()
      let prepared = try prepare(&mistakes)
      try mistakes.check()
      guard let (sources, configuration) = prepared else { preconditionFailure("what is missing is a mistake") }
      _ = try Processor.able(toTrainIn: [configuration.training.precision])
      let (dataset, report) = try DatasetLibrary.load(configuration.dataset)
      for note in configuration.notes + report.warnings { Output.note("note: \(note)") }
      try checkTrainable(configuration, dataset)
      return (configuration, dataset, sources.showsProgress)
    }
    let threads = threads ?? min(SlurmAllocation.usableCores, 1024)
    let memory = TrainingMemory(configuration, dataset, keepsCheckpoints: false)
    let admission = try Admission.check([memory], workers: 1, threads: threads, note: Output.note)
    let most = Admission.megabytes(AvailableMemory.residentBytes + admission.bytes)
    let trainer = Trainer(configuration: configuration, dataset: dataset)
    let share = EpochShare(epochsPerPass: configuration.training.epochsPerPass)
    Output.note(
      "Training \(trainer.parameterCount) parameters on \(dataset.name): \(dataset.train.count) samples, "
        + "at most \(configuration.training.epochs) epochs and \(most) of memory"
        + (share.map { ". \($0.statement)" } ?? ""))
    let decimalPlaces = configuration.evaluation.metricDecimalPlaces
    let display = TrainingDisplay(
      epochs: configuration.training.epochs, decimalPlaces: decimalPlaces, showsBar: showsBar)
    let stop = StopController()
    let interruption = Interruption { stop.requestStop() }
    let outcome = try trainer.run(
      threads: { admission.threads }, shouldStop: { stop.isRequested }, onProgress: display.advance,
      onEpoch: display.report)
    display.finish()
    withExtendedLifetime(interruption) {}
    switch outcome {
    case .finished(let result):
      if let save { try write(trainer.weights(metadata: configuration.metadata), to: save) }
      let origin = Self.origin(of: result, configuration.training)
      Output.note("\(origin)\(configuration.evaluation.rankingText), after \(display.elapsed)")
      let metrics = TrialResult(result, configuration.evaluation, dataset, weights: []).metrics
      Output.result(MetricTable.lines(metrics, decimalPlaces: decimalPlaces).joined(separator: "\n"))
    case .diverged(let divergence):
      throw CommandError.failed("the training diverged: \(divergence)")
    case .interrupted:
      throw CommandError.interrupted(
        "Interrupted in epoch \(trainer.epoch + 1); nothing was saved (only a study can be resumed)")
    }
  }

  func check(_ mistakes: inout Mistakes) throws { _ = try prepare(&mistakes) }

  /// Reads and checks what is known before the data is read.
  private func prepare(_ mistakes: inout Mistakes) throws -> (ConfigurationSources, Model.Configuration)? {
    let sources = try mistakes.gather { try options.sources() }
    let configuration = try sources.flatMap { sources in try mistakes.gather { try sources.configuration() } }
    if let save { _ = try mistakes.gather { try InputFile.checkPlace(of: save, option: "--save") } }
    if let threads, !(1...1024).contains(threads) {
      mistakes.add("--threads: found \(threads); expected a number from 1 to 1024")
    }
    if !mistakes.isEmpty, let sources = try sources ?? mistakes.gather({ try options.sources(files: "") }) {
      _ = try mistakes.gather { try sources.configuration() }
      _ = try mistakes.gather { try sources.checkDataset() }
    }
    return sources.flatMap { sources in configuration.map { (sources, $0) } }
  }

  /// Refuses a training run that could learn nothing, and warns if little can be learned.
  private func checkTrainable(_ configuration: Model.Configuration, _ dataset: SequenceDataset) throws(CommandError) {
    guard configuration.training.epochs > 0 else { return }
    let samples = TrainableSamples(dataset, configuration.network)
    if let problem = samples.problem(configuration) { throw .input(problem) }
    if let note = samples.note { Output.note("note: \(note)") }
  }

  /// Says which weights were measured, and why.
  private static func origin(of result: TrainingResult, _ training: TrainingConfiguration) -> String {
    if result.epochCount == 0 { return "Untrained weights (epochs=0)" }
    let epoch = "epoch \(result.bestEpoch) of \(result.epochCount)"
    if result.bestValue == nil { return "Last \(epoch), without validation samples to find the best" }
    if training.validationInterval <= 0 {
      return "Last \(epoch), the only one validated (eval_step=\(training.validationInterval))"
    }
    return "Best \(epoch)"
  }

  private func write(_ weights: Safetensors, to file: String) throws {
    do {
      try Data(try weights.encoded()).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw CommandError.failed("\(file): the weights cannot be written; expected a writable folder with free space")
    }
    Output.note("Wrote \(file)")
  }
}
