import Crypto
import Foundation
import Literals
import Model
import Tuner

extension StudySession {
  /// Checks everything, then makes the study or continues it.
  ///
  /// Nothing is written before all input has proved right.
  ///
  /// - Parameter name: The study's name, or `nil` for the one that model, dataset and file make.
  static func open(
    _ space: TuningSpace, name: String?, storage: String, _ request: RunOptions.Request
  ) throws -> StudySession {
    let workers = request.workers ?? ProcessInfo.processInfo.activeProcessorCount
    let interval = try checkpointInterval()
    try checkFault()
    try request.target?.check(metricNames: space.firstConfiguration.evaluation.metricNames)
    let datasets = try DatasetLibrary.load(space.datasetConfigurations)
    let definition = try definition(of: space, name: name, datasets: datasets)
    let admission = try Admission.check(
      try space.memory(datasets), workers: workers, threads: workers, note: Output.note)
    let objective = TrainingObjective(
      space, datasets: datasets, threads: admission.threads, checkpointInterval: interval)
    let store = try StudyStore(writing: storage)
    let session = StudySession(
      store: store,
      opening: try store.createOrContinue(
        definition, cells: space.cells, retriesFailed: request.retriesFailed, cost: objective.cost),
      space: space, objective: objective, admission: admission, request: request)
    if let dataset = datasets[space.firstConfiguration.dataset] { session.announce(dataset) }
    return session
  }

  /// At least a second between a trial's checkpoints, unless RUN_HYPER_CHECKPOINT_SECONDS says otherwise.
  private static func checkpointInterval() throws(CommandError) -> Duration {
    guard let text = ProcessInfo.processInfo.environment["RUN_HYPER_CHECKPOINT_SECONDS"] else { return .seconds(1) }
    guard let seconds = Double(text), (0...86_400).contains(seconds) else {
      throw .input("RUN_HYPER_CHECKPOINT_SECONDS: found '\(text)'; expected a number from 0 to 86400")
    }
    return .seconds(seconds)
  }

  /// A fault for tests has to be one that there is.
  private static func checkFault() throws(CommandError) {
    guard let text = ProcessInfo.processInfo.environment[FaultPoint.variable], FaultPoint.parse(text) == nil else {
      return
    }
    let names = FaultPoint.allCases.map(\.rawValue).joined(separator: ", ")
    throw .input("\(FaultPoint.variable): found '\(text)'; expected NAME or NAME:COUNT with one of \(names)")
  }

  private static func definition(
    of space: TuningSpace, name: String?, datasets: [DatasetConfiguration: SequenceDataset]
  ) throws -> StudyDefinition {
    let configuration = space.firstConfiguration
    let tuned = Set(space.space.parameters.map(\.name))
    let hashes = Set(datasets.values.map(\.contentHash)).sorted()
    let parameters = URL(fileURLWithPath: space.space.file).deletingPathExtension().lastPathComponent
    return StudyDefinition(
      name: name ?? "bert4rec-\(configuration.dataset.name)-\(parameters)", model: "BERT4Rec",
      dataset: configuration.dataset.name,
      datasetHash: hashes.count == 1
        ? hashes[0] : SHA256.hash(data: Data(hashes.joined().utf8)).map { String(format: "%02x", $0) }.joined(),
      searchSpace: space.text,
      fixedConfiguration: configuration.effectiveValues.filter { !tuned.contains($0.key) }.map {
        .init(key: $0.key, value: $0.value.exactJSON)
      },
      invocation: try StudyInvocation(space).json, numericVersion: TrainingObjective.numericVersion,
      sampler: space.plan.sampling,
      trialLimit: space.plan.algorithm == .exhaustive ? nil : space.plan.trialLimit(of: space.space),
      earlyStop: space.plan.earlyStop, pruner: space.plan.pruner(longest: space.longest),
      repeats: space.plan.repeats ?? 0,
      seed: tuned.contains("seed") ? 0 : Int(clamping: configuration.training.seed),
      metric: configuration.evaluation.validationMetric)
  }
}
