import ArgumentParser
import Literals
import Locks
import Tuner

/// How the space is searched.
struct SearchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Accepted for compatibility with RecBole (Hyperopt or Ray); has no effect.", valueName: "name"))
  var tool: String?

  @Option(
    help: ArgumentHelp("Search algorithm: exhaustive, random or bayes.", valueName: "name"))
  var algo = SearchPlan.Algorithm.exhaustive.rawValue

  @Option(
    name: .customLong("max_evals"),
    help: ArgumentHelp(
      "Total number of trials, for random and bayes. (default: \(SearchPlan.standardMaxEvaluations))",
      valueName: "count"))
  var maxEvals: Int?

  @Flag(help: "Try the combinations in random (seeded) order. --shuffle=BOOL sets the configuration key instead.")
  var shuffle = false

  @Flag(
    name: .customLong("skip_impossible"),
    help: "Leave out configurations that cannot be trained, instead of refusing to start.")
  var skipImpossible = false

  @Option(
    name: .customLong("early_stop"),
    help: ArgumentHelp(
      "Stop the study after N consecutive trials without improvement. (default: never)", valueName: "n"))
  var earlyStop: Int?

  @Option(
    help: ArgumentHelp(
      "Rule that stops unpromising trials early: none, median, asha or hyperband. Rerun with none to finish them.",
      valueName: "name"))
  var pruner = Pruner.Kind.none.rawValue

  @Option(
    name: .customLong("first_rung"),
    help: ArgumentHelp(
      "First epoch at which the pruner compares trials. (default: \(SearchPlan.standardFirstRung))", valueName: "epoch")
  )
  var firstRung: Int?

  @Option(
    name: .customLong("reduction_factor"),
    help: ArgumentHelp(
      "For asha and hyperband: at each rung, one trial in N continues, to N times as many epochs. "
        + "(default: \(SearchPlan.standardReductionFactor))",
      valueName: "n"))
  var reductionFactor: Int?

  @Option(
    help: ArgumentHelp(
      "When the search is done, retrain every trial tied with the best using N additional seeds.", valueName: "n")
  )
  var repeats: Int?

  @Option(
    name: .customLong("keep_weights"),
    help: ArgumentHelp(
      "Keep the weights of the N best trials; if N is not 1, those of their repeats, too. (default: 1)", valueName: "n")
  )
  var keepWeights: Int?

  /// - Throws: `CommandError.input` with all options that contradict each other or are out of range.
  func plan() throws(CommandError) -> SearchPlan {
    var mistakes = Mistakes()
    let algorithm = SearchPlan.Algorithm(rawValue: algo)
    if algorithm == nil { mistakes.add("--algo: found '\(algo.inMessage)'; expected exhaustive, random or bayes") }
    if let tool, let known = try mistakes.gather({ try ReferenceTool(parsing: tool) }) {
      Output.note("note: \(known.note)")
    }
    let kind = Pruner.Kind(rawValue: pruner)
    if kind == nil {
      mistakes.add("--pruner: found '\(pruner.inMessage)'; expected none, median, asha or hyperband")
    }
    if let algorithm { checkOptions(of: algorithm, &mistakes) }
    if let kind { checkOptions(of: kind, &mistakes) }
    Self.check(maxEvals, "--max_evals", 1...SearchSpace.largestGrid, &mistakes)
    Self.check(earlyStop, "--early_stop", 1...SearchSpace.largestGrid, &mistakes)
    Self.check(firstRung, "--first_rung", 1...1_000_000, &mistakes)
    Self.check(reductionFactor, "--reduction_factor", 2...1000, &mistakes)
    Self.check(repeats, "--repeats", 1...1000, &mistakes)
    Self.check(keepWeights, "--keep_weights", 1...StudyDefinition.mostKeptWeights, &mistakes)
    guard mistakes.isEmpty, let algorithm, let kind else { throw .input(mistakes.text) }
    return SearchPlan(
      algorithm: algorithm, maxEvaluations: maxEvals, shuffles: shuffle ? true : nil, earlyStop: earlyStop,
      pruner: kind == .none ? nil : pruner, firstRung: firstRung, reductionFactor: reductionFactor, repeats: repeats,
      keepWeights: keepWeights == 1 ? nil : keepWeights,
      skipsImpossible: skipImpossible ? true : nil)
  }

  private func checkOptions(of algorithm: SearchPlan.Algorithm, _ mistakes: inout Mistakes) {
    if maxEvals != nil, algorithm == .exhaustive {
      mistakes.add(
        "--max_evals cannot be combined with --algo=exhaustive, which tries everything; use --algo=random or bayes")
    }
    if shuffle, algorithm != .exhaustive {
      mistakes.add("--shuffle cannot be combined with --algo=\(algo), which has its own order; use --algo=exhaustive")
    }
  }

  private func checkOptions(of pruner: Pruner.Kind, _ mistakes: inout Mistakes) {
    if earlyStop != nil, pruner != .none {
      mistakes.add(
        "--early_stop cannot be combined with --pruner=\(pruner.rawValue), whose trials end in no fixed order; "
          + "use one of the two")
    }
    if firstRung != nil, pruner == .none {
      mistakes.add("--first_rung needs a pruner: add --pruner=median, asha or hyperband")
    }
    if reductionFactor != nil, pruner == .none || pruner == .median {
      mistakes.add("--reduction_factor needs --pruner=asha or hyperband; found --pruner=\(pruner.rawValue)")
    }
  }

  private static func check(_ value: Int?, _ option: String, _ range: ClosedRange<Int>, _ mistakes: inout Mistakes) {
    guard let value, !range.contains(value) else { return }
    mistakes.add("\(option): found \(value); expected a number from \(range.lowerBound) to \(range.upperBound)")
  }
}

/// Options of one run of a study, for every command that starts one.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Number of trials to run in parallel. (default: number of available cores)", valueName: "count"))
  var workers: Int?

  @Option(
    help: ArgumentHelp(
      "Pause the study after this time (2h, 90m, 1h30m or seconds); it can be resumed.", valueName: "time"))
  var timeout: String?

  @Option(
    help: ArgumentHelp(
      "Stop once a trial meets this condition, such as 'valid.mrr@10>0.05'; that trial is trained to its end.",
      valueName: "condition"))
  var target: String?

  @Option(
    help: ArgumentHelp(
      "End this process after it has only waited for trials of other processes for so long, such as 60s.",
      valueName: "time"))
  var idle: String?

  @Option(help: ArgumentHelp("Rerun the trials in this state; the only value is failed.", valueName: "state"))
  var retry: String?

  @Flag(
    name: .customLong("mixed_machines"),
    help: "Continue a study although the last bits of its results may differ on this machine.")
  var mixedMachines = false

  @Option(
    help: ArgumentHelp(
      "How progress is shown: auto, bar, plain, json or none. (default: auto: a bar on a terminal, else lines)",
      valueName: "how"))
  var progress: String?

  @OptionGroup var files: ResultFileOptions

  /// The request, checked as far as possible without the study.
  struct Request {
    let workers: Int?
    let timeLimit: TimeLimit?

    /// When the time limit ends, counted from now.
    let deadline: ContinuousClock.Instant?
    let target: Target?

    /// How long the process may only wait for others; `nil` for as long as they need.
    let idleTime: TimeLimit?
    let retriesFailed: Bool

    /// Whether trials may be added to a study whose results may have other last bits.
    let mixesMachines: Bool

    /// How progress is shown; `nil` for what the configuration says.
    let progress: ProgressMode?
    var files: ResultFileOptions

    /// The files that the study's stored command names from now on.
    var remembered: ResultFiles
  }

  /// - Parameter others: Other files of the command, with the options that name them.
  /// - Throws: `CommandError.input` with all invalid values.
  func request(beside others: [(option: String, path: String)]) throws(CommandError) -> Request {
    var mistakes = Mistakes()
    let progress = try mistakes.gather { try self.progress.map { try ProgressMode(parsing: $0) } } ?? nil
    if progress == .json { Output.writesJSON.withLock { $0 = true } }
    if let retry, retry != TrialState.failed.rawValue {
      let reason =
        retry == TrialState.diverged.rawValue
        ? "failed: a diverged trial would diverge again, since its results depend only on its configuration"
        : "failed"
      mistakes.add("--retry: found '\(retry.inMessage)'; expected \(reason)")
    }
    if let workers, !(1...1024).contains(workers) {
      mistakes.add("--workers: found \(workers); expected a number from 1 to 1024")
    }
    _ = try mistakes.gather { try files.check(beside: others) }
    let timeLimit = try mistakes.gather { try timeout.map { try TimeLimit(parsing: $0) } } ?? nil
    let idleTime = try mistakes.gather { try idle.map { try TimeLimit(parsing: $0, option: "--idle") } } ?? nil
    let target = try mistakes.gather { try self.target.map { try Target(parsing: $0) } } ?? nil
    try mistakes.check()
    return Request(
      workers: workers, timeLimit: timeLimit, deadline: timeLimit.map { .now + $0.duration }, target: target,
      idleTime: idleTime, retriesFailed: retry != nil, mixesMachines: mixedMachines, progress: progress, files: files,
      remembered: ResultFiles(files))
  }
}
