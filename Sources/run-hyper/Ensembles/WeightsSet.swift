import Foundation
import Literals
import Model

/// Weights that answer together: one network's, or those of a folder, with equal weight.
struct WeightsSet {
  /// A network, with the dataset as its configuration reads it.
  struct Member {
    let source: WeightsSource
    let dataset: SequenceDataset
    let report: LoadReport
  }

  /// At least one; the datasets of all have the same task.
  let members: [Member]

  /// The place of the weights, for messages.
  let name: String

  /// What the weights are, in a sentence.
  let title: String

  /// The numbers that were measured with such weights.
  var measurement: String { members[0].source.measurement }

  /// The first network's configuration; all measure the same metrics.
  var configuration: Model.Configuration { members[0].source.configuration }

  /// The first network's dataset.
  var dataset: SequenceDataset { members[0].dataset }

  /// The dataset with the longest histories.
  var longest: (SequenceDataset, LoadReport) {
    let member = members.dropFirst().reduce(members[0]) {
      $1.dataset.maximumLength > $0.dataset.maximumLength ? $1 : $0
    }
    return (member.dataset, member.report)
  }

  /// One network.
  init(_ source: WeightsSource) throws {
    members = try Self.members([source])
    (name, title) = (source.name, source.title)
  }

  /// A weights file, or a folder of several.
  ///
  /// - Parameter options: Apply to all.
  init(at path: String, _ options: ConfigurationOptions) throws {
    let isFolder = !path.isEmpty && FileManager.default.fileExists(atPath: path + "/.")
    let files = isFolder ? try Self.files(in: path) : [path]
    members = try Self.members(try files.map { try WeightsSource(file: $0, options) })
    name = path
    title = files.count == 1 ? files[0] : "the ensemble of \(files.count) weights files in \(path)"
    for member in members.dropFirst() { try Self.check(member, beside: members[0], in: path) }
  }

  /// Refuses weights that cannot answer together.
  private static func check(_ member: Member, beside first: Member, in folder: String) throws(CommandError) {
    let names = "in \(member.source.name) than in \(first.source.name)"
    // Results do not depend on the size of evaluation batches.
    var evaluation = member.source.configuration.evaluation
    evaluation.batchSize = first.source.configuration.evaluation.batchSize
    guard evaluation == first.source.configuration.evaluation else {
      throw .input(
        message(
          at: folder, found: "weights whose metadata have other metrics \(names)",
          expected: "the same, or --metrics, --topk, --valid_metric, --metric_decimal_place and --repeatable"))
    }
    guard member.dataset.hasSameTask(as: first.dataset) else {
      throw .input(
        message(
          at: folder, found: "weights for other users, items or held-out items \(names)",
          expected: "weights of the same dataset with the same filters"))
    }
  }

  /// The sources with their datasets, each of which is read once.
  ///
  /// - Throws: If the files of a dataset have changed since the study of its weights.
  static func members(_ sources: [WeightsSource]) throws -> [Member] {
    var loaded: [DatasetConfiguration: (SequenceDataset, LoadReport)] = [:]
    return try sources.map { source in
      let configuration = source.configuration.dataset
      let (dataset, report) = try loaded[configuration] ?? DatasetLibrary.load(configuration)
      loaded[configuration] = (dataset, report)
      try source.check(dataset)
      return Member(source: source, dataset: dataset, report: report)
    }
  }

  /// The weights files of a folder, in the order of their names.
  private static func files(in folder: String) throws(CommandError) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let files = names.filter { $0.hasSuffix(".safetensors") }.sorted()
    guard !files.isEmpty else {
      throw .input(
        message(
          at: folder, found: "a folder without a file *.safetensors",
          expected: "a weights file, or a folder such as '\(ProgramCommand.line("ensemble --to=FOLDER"))' writes"))
    }
    return files.map { folder.hasSuffix("/") ? folder + $0 : "\(folder)/\($0)" }
  }

  /// Notes about the configurations, each once.
  var notes: [String] { Self.distinct(members.flatMap { $0.source.configuration.notes }) }

  /// Warnings about the datasets, each once.
  var warnings: [String] { Self.distinct(members.flatMap(\.report.warnings)) }

  static func distinct(_ texts: [String]) -> [String] {
    var seen: Set<String> = []
    return texts.filter { seen.insert($0).inserted }
  }

  /// The memory of the trainings that the weights need.
  var trainingMemory: [TrainingMemory] {
    members.filter { $0.source.training != nil }.map {
      TrainingMemory($0.source.configuration, $0.dataset, keepsCheckpoints: false)
    }
  }

  /// The networks; `nil` if one has to be trained.
  func models() throws -> [SavedModel]? {
    let models = try members.compactMap { try $0.source.model(on: $0.dataset) }
    return models.count == members.count ? models : nil
  }
}
