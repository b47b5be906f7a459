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

      A folder of weights, as the command ensemble writes it, is evaluated as an
      ensemble: by the mean of the log-probabilities.
      """)

  @Option(
    help: ArgumentHelp(
      "Weights file (safetensors), with RecBole's tensor names, or a folder of several.", valueName: "file"))
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
    let (set, measured) = try reading {
      let set = try WeightsSet(at: weights, options)
      for note in set.notes + set.warnings { Output.note("note: \(note)") }
      let memory =
        set.members.count == 1
        ? TrainingMemory(measuring: set.configuration, set.dataset)
        : TrainingMemory(
          choosingAmong: set.members.map { .init($0.source.configuration, $0.dataset, isTrained: false) })
      _ = try Admission.check([memory], workers: 1, threads: 1, note: Output.note)
      guard !heldOut(of: set.dataset).isEmpty else {
        throw CommandError.input(
          "--split: found \(split.rawValue), and no \(split.rawValue) samples in \(set.dataset.name); expected "
            + "--split=\(split == .test ? "valid" : "test"), or other eval_args or data")
      }
      return (set, try measurement(of: set))
    }
    let (dataset, evaluation, count) = (set.dataset, set.configuration.evaluation, set.members.count)
    let samples = heldOut(of: dataset)
    guard let measured else {
      throw CommandError.failed("\(weights): the scores of these weights are not numbers, so there is nothing to rank")
    }
    let metrics = measured.values.map { SplitMetric(split: split.rawValue, name: $0.name, value: $0.value) }
    switch format {
    case .table:
      let what = count == 1 ? weights : "\(weights), an ensemble of \(count)"
      Output.note("\(what) on \(dataset.name): \(samples.count) samples\(evaluation.rankingText)")
      Output.result(
        MetricTable.lines(metrics, decimalPlaces: evaluation.metricDecimalPlaces).joined(separator: "\n"))
    case .json:
      Output.result(
        try JSONText.of(
          Answer(
            weights: weights, members: count == 1 ? nil : count, dataset: dataset.name,
            split: split.rawValue, samples: samples.count,
            repeatable: evaluation.isRepeatable ? nil : false,
            metrics: Dictionary(measured.values.map { ($0.name, $0.value) }) { $1 })))
    }
  }

  /// The measurement for programs.
  private struct Answer: Encodable {
    let weights: String

    /// The number of networks of an ensemble.
    let members: Int?
    let dataset, split: String
    let samples: Int

    /// Given unless the items that users have had are ranked, as is usual.
    let repeatable: Bool?
    let metrics: [String: Double]
  }

  /// The metrics of a network or of an ensemble; `nil` if scores are not numbers.
  private func measurement(of set: WeightsSet) throws -> Metrics? {
    // One network after the other, of which only what its scores need is kept.
    var members: [EnsembleMember] = []
    for member in set.members {
      guard let model = try member.source.model(on: member.dataset) else { return nil }
      if set.members.count == 1 { return model.metrics(of: heldOut(of: member.dataset)) }
      guard let own = EnsembleMember(model, [heldOut(of: member.dataset)], threads: 1) else { return nil }
      members.append(own)
    }
    let evaluation = set.configuration.evaluation
    let rankings = Ensemble.rankings(
      adding: members.suffix(1), to: members.dropLast(), split: 0,
      HeldOut(heldOut(of: set.dataset), of: set.dataset, isRepeatable: evaluation.isRepeatable), for: evaluation,
      threads: 1)?.first
    guard let rankings, !rankings.ranks.contains(.max) else { return nil }
    return RankingMeasures(evaluation, set.dataset).metrics(of: rankings)
  }

  private func heldOut(of dataset: SequenceDataset) -> [Sample] {
    split == .test ? dataset.test : dataset.valid
  }
}
