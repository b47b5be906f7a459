import Foundation
import Literals
import Model
import Tuner

/// A study before its first row: all input is read and checked, and nothing is written.
struct StudyPreparation {
  let space: TuningSpace
  let storage: StorageOptions
  let request: RunOptions.Request
  let definition: StudyDefinition
  private let datasets: [DatasetConfiguration: SequenceDataset]
  private let checkpointInterval: Duration
  private let heartbeatTimeout: Duration

  /// - Parameter name: The study's name, or `nil` for the default, made from model, dataset and parameter file.
  init(_ space: TuningSpace, name: String?, storage: StorageOptions, _ request: RunOptions.Request) throws {
    (self.space, self.storage, self.request) = (space, storage, request)
    var mistakes = Mistakes()
    let checkpointSeconds = try mistakes.gather { try Self.seconds("RUN_HYPER_CHECKPOINT_SECONDS", in: 0...86_400) }
    let heartbeatSeconds = try mistakes.gather { try Self.seconds("RUN_HYPER_HEARTBEAT_SECONDS", in: 1...86_400) }
    checkpointInterval = checkpointSeconds.flatMap(\.self) ?? .seconds(1)
    heartbeatTimeout = heartbeatSeconds.flatMap(\.self) ?? StudyStore.standardHeartbeatTimeout
    _ = try mistakes.gather { try Self.checkFault() }
    _ = try mistakes.gather {
      try request.target?.check(metricNames: space.firstConfiguration.evaluation.metricNames)
    }
    if !mistakes.isEmpty { _ = try mistakes.gather { try space.sources.checkDataset() } }
    try mistakes.check()
    datasets = try DatasetLibrary.load(space.datasetConfigurations)
    for note in try space.checkTrainable(datasets) { Output.note("note: \(note)") }
    definition = try Self.definition(of: space, name: name, datasets: datasets, request.remembered)
    try StudySession.requireValidation(datasets, ofStudy: definition.name, in: storage)
  }

  /// How many trials and threads fit into the memory; a note says what does not.
  ///
  /// - Parameter threads: For all trials together; threads beyond the trials help those.
  /// - Parameter available: `nil` for what this process may take.
  func admission(threads: Int, available: AvailableMemory? = nil) throws -> Admission {
    try Admission.check(
      try space.memory(datasets), copies: space.copies, workers: min(threads, space.mostTrials), threads: threads,
      available: available, note: Output.note)
  }

  /// Creates the study, or continues it.
  ///
  /// - Parameter machine: What attempts name as their machine; `nil` if this process trains nothing.
  func open(_ admission: Admission, machine: Machine?) throws -> StudySession {
    let store = try storage.writer(machine: machine, heartbeatTimeout: heartbeatTimeout)
    store.noteOpening()
    let version = try version(in: store)
    var definition = definition
    definition.numericVersion = version.rawValue
    let objective = TrainingObjective(
      space, datasets: datasets, version: version, threads: admission.threads, checkpointInterval: checkpointInterval)
    return StudySession(
      store: store,
      opening: try store.createOrContinue(
        definition, cells: space.cells, retriesFailed: request.retriesFailed, cost: objective.cost,
        isPossible: objective.isPossible),
      storage: storage, space: space, objective: objective, admission: admission, request: request,
      dataset: datasets[space.firstConfiguration.dataset])
  }

  /// The numeric version with which the study began, which is part of what identifies its trials.
  ///
  /// - Returns: The current one if the study is new, or if this program does not give the version's bits any more.
  private func version(in store: StudyStore) throws -> NumericVersion {
    guard let stored = try store.study(named: definition.name)?.definition.numericVersion,
      let version = NumericVersion(rawValue: stored),
      datasets.values.allSatisfy({ version.isSupported(itemCount: $0.itemCount) })
    else { return .current }
    return version
  }

  /// A duration from an environment variable, or `nil` if it is not set.
  private static func seconds(_ name: String, in range: ClosedRange<Double>) throws(CommandError) -> Duration? {
    guard let text = ProcessInfo.processInfo.environment[name] else { return nil }
    guard let seconds = Double(text), range.contains(seconds) else {
      throw .input(
        "\(name): found '\(text.inMessage)'; expected a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
      )
    }
    return .seconds(seconds)
  }

  /// Checks that a fault or a pause for tests exists.
  private static func checkFault() throws(CommandError) {
    for (variable, _) in FaultPoint.variables {
      guard let text = ProcessInfo.processInfo.environment[variable], FaultPoint.parse(text) == nil else { continue }
      let names = FaultPoint.allCases.map(\.rawValue).joined(separator: ", ")
      throw .input("\(variable): found '\(text.inMessage)'; expected NAME or NAME:COUNT with one of \(names)")
    }
  }

  private static func definition(
    of space: TuningSpace, name: String?, datasets: [DatasetConfiguration: SequenceDataset], _ files: ResultFiles
  ) throws -> StudyDefinition {
    let configuration = space.firstConfiguration
    let tuned = Set(space.space.parameters.map(\.name))
    let hashes = Set(datasets.values.map(\.contentHash)).sorted()
    let parameters = URL(fileURLWithPath: space.space.file).deletingPathExtension().lastPathComponent
    let name = name ?? "bert4rec-\(configuration.dataset.name)-\(parameters)"
    if let problem = StudyDefinition.problem(withName: name) {
      throw CommandError.input("--study: found the name '\(name.inMessage)', which \(problem); expected a plain name")
    }
    return StudyDefinition(
      name: name, model: "BERT4Rec",
      dataset: configuration.dataset.name,
      datasetHash: hashes.count == 1 ? hashes[0] : sha256(Array(hashes.joined().utf8)),
      searchSpace: space.text,
      fixedConfiguration: configuration.effectiveValues.filter { !tuned.contains($0.key) }.map {
        .init(key: $0.key, value: $0.value.exactJSON)
      },
      invocation: try StudyInvocation(space, files).json, numericVersion: NumericVersion.current.rawValue,
      sampler: space.plan.sampling,
      trialLimit: space.trialLimit,
      earlyStop: space.plan.earlyStop, pruner: space.plan.pruner(longest: space.longest),
      repeats: space.plan.repeats ?? 0,
      seed: tuned.contains("seed") ? 0 : Int(clamping: configuration.training.seed),
      metric: configuration.evaluation.validationMetric)
  }
}
