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
      Example:
        run-hyper evaluate --weights=model.safetensors --dataset=grocery --split=test
      """)

  @Option(help: ArgumentHelp("Weights file (safetensors), with RecBole's tensor names.", valueName: "file"))
  var weights: String

  @OptionGroup var options: ConfigurationOptions

  @Option(help: "Held-out items to evaluate on.")
  var split = EvaluationSplit.test

  enum EvaluationSplit: String, CaseIterable, ExpressibleByArgument {
    case test, valid
  }

  func run() throws {
    let (model, dataset) = try reading {
      let file = try Safetensors(
        decoding: InputFile.bytes(of: weights, remedy: "a safetensors file, as written by run-hyper train --save"),
        file: weights)
      let configuration = try configuration(for: file)
      let (dataset, report) = try DatasetLibrary.load(configuration.dataset)
      for warning in report.warnings { Output.note("note: \(warning)") }
      _ = try Admission.check(
        [TrainingMemory(measuring: configuration, dataset)], workers: 1, threads: 1, note: Output.note)
      let model = try SavedModel(file, file: weights, configuration: configuration, dataset: dataset)
      return (model, dataset)
    }
    let samples = split == .test ? dataset.test : dataset.valid
    let metrics = model.metrics(of: samples).values.map {
      SplitMetric(split: split.rawValue, name: $0.name, value: $0.value)
    }
    Output.note("\(weights) on \(dataset.name): \(samples.count) samples")
    Output.result(MetricTable.lines(metrics).joined(separator: "\n"))
  }

  /// The configuration: the file's metadata as the weakest layer, if this program wrote the file.
  private func configuration(for file: Safetensors) throws -> Model.Configuration {
    let known = Set(Model.Configuration.keys.map(\.name))
    var values: [String: Literal] = [:]
    for (key, text) in file.metadata where known.contains(key) && key != "data_path" {
      values[key] = try? Literal(parsing: text, as: .configuration)
    }
    return try options.sources(below: .init(source: weights, canonical: values)).configuration()
  }
}
