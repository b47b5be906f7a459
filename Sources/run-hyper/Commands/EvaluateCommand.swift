import ArgumentParser
import Literals
import Model
import Tuner

/// Measures weights from a file.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure the weights of a safetensors file on a dataset.",
    discussion: """
      Example:
        run-hyper evaluate --weights=model.safetensors --dataset=grocery --split=test
      """)

  @Option(help: ArgumentHelp("The weights, by the reference program's names (safetensors).", valueName: "file"))
  var weights: String

  @OptionGroup var options: ConfigurationOptions

  @Option(help: "test or valid.")
  var split = EvaluationSplit.test

  enum EvaluationSplit: String, CaseIterable, ExpressibleByArgument {
    case test, valid
  }

  func run() throws {
    let (model, name, samples) = try reading {
      let file = try Safetensors(
        decoding: InputFile.bytes(of: weights, remedy: "a safetensors file, as run-hyper train --save writes it"),
        file: weights)
      let configuration = try configuration(for: file)
      let (dataset, report) = try DatasetLibrary.load(configuration.dataset)
      for warning in report.warnings { Output.note("note: \(warning)") }
      let samples = split == .test ? dataset.test : dataset.valid
      guard !samples.isEmpty else {
        let other = split == .test ? EvaluationSplit.valid : .test
        throw CommandError.input(
          "--split: found \(split.rawValue), and no \(split.rawValue) samples in \(dataset.name); expected --split=\(other.rawValue)"
        )
      }
      _ = try Admission.check(
        [TrainingMemory(measuring: configuration, dataset)], workers: 1, threads: 1, note: Output.note)
      let model = try SavedModel(file, file: weights, configuration: configuration, dataset: dataset)
      return (model, dataset.name, samples)
    }
    guard let measured = model.metrics(of: samples) else {
      throw CommandError.failed("\(weights): the scores of these weights are not numbers, so there is nothing to rank")
    }
    let metrics = measured.values.map { SplitMetric(split: split.rawValue, name: $0.name, value: $0.value) }
    Output.note("\(weights) on \(name): \(samples.count) samples")
    Output.result(MetricTable.lines(metrics).joined(separator: "\n"))
  }

  /// What the file says about its network, below everything else; a file of another program says nothing.
  private func configuration(for file: Safetensors) throws -> Model.Configuration {
    let known = Set(Model.Configuration.keys.map(\.name))
    var values: [String: Literal] = [:]
    for (key, text) in file.metadata where known.contains(key) && key != "data_path" {
      values[key] = try? Literal(parsing: text, as: .configuration)
    }
    return try options.sources(below: .init(source: weights, canonical: values)).configuration()
  }
}
