import ArgumentParser
import Literals
import Model
import Tuner

/// Evaluates weights from a file.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Evaluate saved weights on a dataset.",
    usage: "run-hyper evaluate --weights <file> [<options>]",
    discussion: """
      Examples:
        run-hyper evaluate --weights=model.safetensors --dataset=grocery --split=test
        run-hyper evaluate --weights=model.safetensors --dataset=grocery --repeatable=False
      """)

  @Option(help: ArgumentHelp("Weights file (safetensors), with RecBole's tensor names.", valueName: "file"))
  var weights: String

  @OptionGroup var options: ConfigurationOptions

  @Option(help: "Held-out items to evaluate on.")
  var split = EvaluationSplit.test

  @Option(help: "Output format.")
  var format = AnswerFormat.table

  enum EvaluationSplit: String, CaseIterable, ExpressibleByArgument {
    case test, valid
  }

  func run() throws {
    _ = try Processor.able()
    let (model, dataset, evaluation) = try reading {
      let file = try Safetensors(
        decoding: InputFile.bytes(
          of: weights, remedy: "a safetensors file, such as '\(ProgramCommand.line("train --save=FILE"))' writes"),
        file: weights)
      let configuration = try options.configuration(below: file, named: weights)
      let (dataset, report) = try DatasetLibrary.load(configuration.dataset)
      for note in configuration.notes + report.warnings { Output.note("note: \(note)") }
      _ = try Admission.check(
        [TrainingMemory(measuring: configuration, dataset)], workers: 1, threads: 1, note: Output.note)
      let model = try SavedModel(file, file: weights, configuration: configuration, dataset: dataset)
      guard !heldOut(of: dataset).isEmpty else {
        throw CommandError.input(
          "--split: found \(split.rawValue), and no \(split.rawValue) samples in \(dataset.name); expected "
            + "--split=\(split == .test ? "valid" : "test"), or other eval_args or data")
      }
      return (model, dataset, configuration.evaluation)
    }
    let samples = heldOut(of: dataset)
    guard let measured = model.metrics(of: samples) else {
      throw CommandError.failed("\(weights): the scores of these weights are not numbers, so there is nothing to rank")
    }
    let metrics = measured.values.map { SplitMetric(split: split.rawValue, name: $0.name, value: $0.value) }
    switch format {
    case .table:
      Output.note("\(weights) on \(dataset.name): \(samples.count) samples\(evaluation.rankingText)")
      Output.result(
        MetricTable.lines(metrics, decimalPlaces: evaluation.metricDecimalPlaces).joined(separator: "\n"))
    case .json:
      Output.result(
        try JSONText.of(
          Answer(
            weights: weights, dataset: dataset.name, split: split.rawValue, samples: samples.count,
            repeatable: evaluation.isRepeatable ? nil : false,
            metrics: Dictionary(measured.values.map { ($0.name, $0.value) }) { $1 })))
    }
  }

  /// The measurement for programs.
  private struct Answer: Encodable {
    let weights, dataset, split: String
    let samples: Int

    /// Given unless the items that users have had are ranked, as is usual.
    let repeatable: Bool?
    let metrics: [String: Double]
  }

  private func heldOut(of dataset: SequenceDataset) -> [Sample] {
    split == .test ? dataset.test : dataset.valid
  }
}
