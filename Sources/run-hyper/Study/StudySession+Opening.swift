import Foundation
import Literals
import Model
import Tuner

extension StudySession {
  /// Checks all input, then creates or continues the study.
  ///
  /// Nothing is written until all input has been checked.
  ///
  /// - Parameter name: The study's name, or `nil` for the default, made from model, dataset and parameter file.
  static func open(
    _ space: TuningSpace, name: String?, storage: StorageOptions, _ request: RunOptions.Request
  ) throws -> StudySession {
    let threads = request.workers ?? ProcessInfo.processInfo.activeProcessorCount
    // Threads beyond the trials help those.
    let workers = min(threads, space.mostTrials)
    let interval = try seconds("RUN_HYPER_CHECKPOINT_SECONDS", in: 0...86_400) ?? .seconds(1)
    let heartbeatTimeout =
      try seconds("RUN_HYPER_HEARTBEAT_SECONDS", in: 1...86_400) ?? StudyStore.standardHeartbeatTimeout
    try checkFault()
    try request.target?.check(metricNames: space.firstConfiguration.evaluation.metricNames)
    let datasets = try DatasetLibrary.load(space.datasetConfigurations)
    for note in try space.checkTrainable(datasets) { Output.note("note: \(note)") }
    var definition = try definition(of: space, name: name, datasets: datasets)
    try requireValidation(datasets, ofStudy: definition.name, in: storage)
    let admission = try Admission.check(
      try space.memory(datasets), copies: space.copies, workers: workers, threads: threads, note: Output.note)
    let objective = TrainingObjective(
      space, datasets: datasets, threads: admission.threads, checkpointInterval: interval)
    let store = try storage.writer(
      machine: try Machine(isMixed: request.mixesMachines), heartbeatTimeout: heartbeatTimeout)
    store.noteOpening()
    if let version = try store.study(named: definition.name)?.definition.numericVersion,
      datasets.values.allSatisfy({ TrainingObjective.agrees(with: version, itemCount: $0.itemCount) })
    {
      // The version is part of what identifies a trial, so the study keeps its own.
      definition.numericVersion = version
    }
    let session = StudySession(
      store: store,
      opening: try store.createOrContinue(
        definition, cells: space.cells, retriesFailed: request.retriesFailed, cost: objective.cost,
        isPossible: objective.isPossible),
      storage: storage, space: space, objective: objective, admission: admission, request: request)
    if let mixture = session.opening.mixture {
      Output.note(
        "note: the last bits of results may differ between this machine and others of the study (--mixed_machines): "
          + mixture.others.map { "\($0)".inMessage }.joined(separator: "; "))
    }
    if let dataset = datasets[space.firstConfiguration.dataset] { session.announce(dataset) }
    return session
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
    of space: TuningSpace, name: String?, datasets: [DatasetConfiguration: SequenceDataset]
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
      invocation: try StudyInvocation(space).json, numericVersion: TrainingObjective.numericVersion,
      sampler: space.plan.sampling,
      trialLimit: space.trialLimit,
      earlyStop: space.plan.earlyStop, pruner: space.plan.pruner(longest: space.longest),
      repeats: space.plan.repeats ?? 0,
      seed: tuned.contains("seed") ? 0 : Int(clamping: configuration.training.seed),
      metric: configuration.evaluation.validationMetric)
  }
}
