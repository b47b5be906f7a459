import ArgumentParser
import Literals
import Model
import Tuner

/// Chooses an ensemble among a study's trials.
struct EnsembleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ensemble",
    abstract: "Choose an ensemble of a study's trials, and compare it with the best trial.",
    usage: "run-hyper ensemble [<study>] [<options>]",
    discussion: """
      The members are chosen one by one, by the study's metric on the validation
      samples; the best set on the way counts. They rank by the mean of their
      log-probabilities.

      Example:
        run-hyper ensemble bert4rec-grocery-hyper --to=ensemble
        run-hyper evaluate --weights=ensemble --split=test
        run-hyper recommend --weights=ensemble --all

      Trials whose weights the study does not keep are trained again, bit for bit.
      """)

  @Argument(help: "Name of the study. (default: the newest study)")
  var study: String?

  @Option(help: ArgumentHelp("Largest number of trials in the ensemble, 2 to 100. (default: 5)", valueName: "n"))
  var size: Int?

  @Option(
    help: ArgumentHelp(
      "Choose among the best trials (trials), or the best one and its additional seeds (repeats). "
        + "(default: repeats if there are any)",
      valueName: "origin"))
  var from: EnsembleOrigin?

  @Option(help: ArgumentHelp("Write the weights of the members to this new folder.", valueName: "folder"))
  var to: String?

  @Option(
    name: .customLong("data_path"),
    help: ArgumentHelp("Folder of datasets. (default: the study's)", valueName: "folder"))
  var dataPath: String?

  @Option(
    help: ArgumentHelp("Number of threads; answers do not depend on it. (default: number of cores)", valueName: "count")
  )
  var threads: Int?

  @Option(help: "Output format.")
  var format = AnswerFormat.table

  @OptionGroup var storage: StorageOptions

  private static let standardSize = 5

  /// The number of the best trials among which is chosen, unless the ensemble is larger.
  private static let bestCount = 10

  func run() throws {
    _ = try Processor.able()
    let (choice, decimalPlaces) = try reading {
      let choice = try prepared()
      return (choice, choice.study.definition.metricDecimalPlaces)
    }
    let stop = StopController()
    let interruption = Interruption { stop.requestStop() }
    let document = try choice.run(shouldStop: { stop.isRequested })
    withExtendedLifetime(interruption) {}
    switch format {
    case .table: Output.result(document.text(decimalPlaces: decimalPlaces))
    case .json: Output.result(try JSONText.of(document))
    }
  }

  /// Reads and checks all input.
  private func prepared() throws -> EnsembleChoice {
    let size = size ?? Self.standardSize
    var mistakes = Mistakes()
    if !(2...100 ~= size) { mistakes.add("--size: found \(size); expected a number from 2 to 100") }
    let threads = threads ?? SlurmAllocation.usableCores
    if !(1...1024 ~= threads) { mistakes.add("--threads: found \(threads); expected a number from 1 to 1024") }
    let folder = try mistakes.gather { try to.map { try NewFolder($0) } } ?? nil
    try mistakes.check()
    let store = try storage.reader()
    let study = try store.requiredStudy(study)
    let metric = study.definition.metric
    let ranked = try store.bestTrials(max(Self.bestCount, size), of: study)
    guard let best = ranked.first else {
      throw CommandError.input(
        Literals.message(
          at: study.name, found: "no completed trial with a value for \(metric)", expected: "a study with a result"))
    }
    let (origin, numbers) = try origin(best: best, ranked, try store.repeats(of: best, in: study), study)
    let trials = try numbers.sorted().map { try store.trainedTrial($0, of: study) }
    let members = try WeightsSet.members(
      try trials.map {
        try WeightsSource($0, of: study, in: store, dataPath: dataPath, isBest: $0.number == best)
      })
    let all = zip(trials, members).map { EnsembleChoice.Candidate(trial: $0, member: $1) }
    for note in WeightsSet.distinct(members.flatMap(\.report.warnings)) { Output.note("note: \(note)") }
    guard let first = all.first(where: { $0.trial.number == best }), !first.member.dataset.valid.isEmpty else {
      throw CommandError.input(
        Literals.message(
          at: study.name, found: "no validation samples to choose on", expected: "a study with validation samples"))
    }
    let candidates = all.filter { $0.member.dataset.hasSameTask(as: first.member.dataset) }
    if candidates.count < all.count {
      Output.note(
        "note: left out \(all.count - candidates.count) of \(all.count) trials, whose users, items or held-out items "
          + "are not those of trial \(best)")
    }
    let evaluation = first.member.source.configuration.evaluation
    guard let ensembleMetric = EnsembleMetric(metric, evaluation, first.member.dataset) else {
      throw CommandError.input(
        Literals.message(
          at: study.name, found: "the metric \(metric), which its configuration does not measure",
          expected: "one of \(evaluation.metricNames.joined(separator: ", "))"))
    }
    let memory = TrainingMemory(
      choosingAmong: candidates.map {
        .init($0.member.source.configuration, $0.member.dataset, isTrained: $0.member.source.training != nil)
      })
    let admission = try Admission.check([memory], workers: 1, threads: threads, note: Output.note)
    return EnsembleChoice(
      study: study, metric: ensembleMetric, origin: origin, candidates: candidates, best: first.trial, size: size,
      threads: admission.threads, folder: folder)
  }

  /// Where the candidates come from, and their numbers.
  private func origin(
    best: Int, _ ranked: [Int], _ repeats: [Int], _ study: Study
  ) throws(CommandError) -> (EnsembleOrigin, [Int]) {
    guard (from ?? .repeats) == .repeats else { return (.trials, ranked) }
    guard repeats.isEmpty else { return (.repeats, [best] + repeats) }
    guard from != nil else { return (.trials, ranked) }
    throw .input(
      Literals.message(
        at: "--from", found: "repeats, and no completed repeats of trial \(best) of \(study.name)",
        expected: "--from=trials, or a study that was continued with --repeats=N"))
  }
}

/// Where the members of an ensemble come from.
enum EnsembleOrigin: String, CaseIterable, ExpressibleByArgument {
  case trials, repeats
}

extension EnsembleDocument {
  /// The answer for a terminal.
  ///
  /// - Parameter decimalPlaces: Of the metric.
  fileprivate func text(decimalPlaces: Int) -> String {
    func digits(_ value: Double) -> String { value.decimal(places: decimalPlaces) }
    var table = TextTable(header: ["order", "trial", "alone", "together"])
    for (index, member) in members.enumerated() {
      let origin = member.repeats.map { "\(member.trial) (trial \($0), seed \(member.seed ?? 0))" }
      table.append(["\(index + 1)", origin ?? "\(member.trial)", digits(member.alone), digits(member.together)])
    }
    var results = TextTable(header: ["", "trial \(best)", "ensemble", "difference", "95 % interval", "users"])
    for comparison in comparisons {
      results.append([
        comparison.split, digits(comparison.single), digits(comparison.ensemble), digits(comparison.difference),
        comparison.low.flatMap { low in comparison.high.map { "\(digits(low)) to \(digits($0))" } } ?? "none",
        "\(comparison.users)",
      ])
    }
    let isWhole = comparisons.contains { $0.low == nil }
    let whole = isWhole ? WholeMetric(metric).map { "\n\(metric) \($0.reason), so there is no interval." } ?? "" : ""
    let times = single.operationsPerUser > 0 ? ensemble.operationsPerUser / single.operationsPerUser : 0
    let megaFLOP = ProgressText.decimal(ensemble.operationsPerUser / 1e6, places: 2)
    let what = from == EnsembleOrigin.repeats.rawValue ? "trial \(best) and its other seeds" : "the best trials"
    let ranked = ranking.map { "\n\($0)" } ?? ""
    return """
      \(study.visible), \(members.count) of \(candidates) candidates (\(what)), \
      chosen by \(metric) on valid\(ranked)
      \(table.lines.map { "  " + $0 }.joined(separator: "\n"))

      \(metric) of the ensemble beside trial \(best), the best one
      \(results.lines.map { "  " + $0 }.joined(separator: "\n"))\(whole)

      Serving takes \(members.count) \(members.count == 1 ? "network" : "networks"): \(ensemble.parameters) parameters and \
      \(megaFLOP) MFLOP per user, \(ProgressText.decimal(times, places: 1)) times those of trial \(best)
      """ + (folder.map { "\nWrote the weights to \($0.visible)" } ?? "")
  }
}
