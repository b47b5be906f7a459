import ArgumentParser
import Tuner

/// How the space is searched.
struct SearchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Hyperopt or Ray, as the reference program has it; trials run in this process either way.", valueName: "name"))
  var tool: String?

  @Option(
    help: ArgumentHelp("How the parameters are searched: exhaustive, random or bayes.", valueName: "name"))
  var algo = SearchPlan.Algorithm.exhaustive.rawValue

  @Option(
    help: ArgumentHelp(
      "Trials of the study in all, for random and bayes; \(SearchPlan.standardMaxEvaluations) when left out.",
      valueName: "count"))
  var maxEvals: Int?

  @Flag(help: "Try all combinations in an order that the seed decides; with a value, --shuffle is a configuration key.")
  var shuffle = false

  @Flag(help: "Leave out configurations that cannot be trained, instead of refusing to start.")
  var skipImpossible = false

  @Option(
    help: ArgumentHelp(
      "End after so many trials in a row without improvement; never when left out.", valueName: "count"))
  var earlyStop: Int?

  @Option(
    help: ArgumentHelp(
      "Which trials stop before their end: none, median, asha or hyperband. They go on with --pruner=none.",
      valueName: "name"))
  var pruner = Pruner.Kind.none.rawValue

  @Option(
    help: ArgumentHelp(
      "The epoch of the pruner's first comparison; \(SearchPlan.standardFirstRung) when left out.", valueName: "epoch"))
  var firstRung: Int?

  @Option(
    help: ArgumentHelp(
      "Of the trials on a rung of asha or hyperband one in so many goes on, to so many times the epochs; "
        + "\(SearchPlan.standardReductionFactor) when left out.",
      valueName: "count"))
  var reductionFactor: Int?

  @Option(
    help: ArgumentHelp(
      "At the end, train the trials that cannot be told from the best with so many further seeds.", valueName: "count")
  )
  var repeats: Int?

  /// - Throws: `CommandError.input` when options contradict each other or are out of range.
  func plan() throws(CommandError) -> SearchPlan {
    guard let algorithm = SearchPlan.Algorithm(rawValue: algo) else {
      throw .input("--algo: found '\(algo)'; expected exhaustive, random or bayes")
    }
    if let tool { Output.note("note: \(try ReferenceTool(parsing: tool).note)") }
    guard let kind = Pruner.Kind(rawValue: pruner) else {
      throw .input("--pruner: found '\(pruner)'; expected none, median, asha or hyperband")
    }
    if maxEvals != nil, algorithm == .exhaustive {
      throw .input("--max_evals: found with --algo=exhaustive, which tries everything; expected --algo=random or bayes")
    }
    if shuffle, algorithm != .exhaustive {
      throw .input("--shuffle: found with --algo=\(algo), which has an order of its own; expected --algo=exhaustive")
    }
    if earlyStop != nil, kind != .none {
      throw .input(
        "--early_stop: found with --pruner=\(pruner), whose trials end in no certain order; expected one of the two")
    }
    if firstRung != nil, kind == .none {
      throw .input("--first_rung: found without a pruner; expected --pruner=median, asha or hyperband with it")
    }
    if reductionFactor != nil, kind == .none || kind == .median {
      throw .input("--reduction_factor: found with --pruner=\(pruner); expected --pruner=asha or hyperband with it")
    }
    try Self.check(maxEvals, "--max_evals", 1...SearchSpace.largestGrid)
    try Self.check(earlyStop, "--early_stop", 1...SearchSpace.largestGrid)
    try Self.check(firstRung, "--first_rung", 1...1_000_000)
    try Self.check(reductionFactor, "--reduction_factor", 2...1000)
    try Self.check(repeats, "--repeats", 1...1000)
    return SearchPlan(
      algorithm: algorithm, maxEvaluations: maxEvals, shuffles: shuffle ? true : nil, earlyStop: earlyStop,
      pruner: kind == .none ? nil : pruner, firstRung: firstRung, reductionFactor: reductionFactor, repeats: repeats,
      skipsImpossible: skipImpossible ? true : nil)
  }

  private static func check(_ value: Int?, _ option: String, _ range: ClosedRange<Int>) throws(CommandError) {
    guard let value, !range.contains(value) else { return }
    throw .input("\(option): found \(value); expected a number from \(range.lowerBound) to \(range.upperBound)")
  }
}

/// What one run of a study does, whichever command begins it.
struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Trials at a time; by default as many as this process may use cores.", valueName: "count"))
  var workers: Int?

  @Option(
    help: ArgumentHelp("Stop after this time, to be continued: 2h, 90m, 1h30m, or seconds.", valueName: "time"))
  var timeout: String?

  @Option(
    help: ArgumentHelp(
      "Stop when a trial is as good as this, such as 'valid.mrr@10>0.05'; that trial is trained to its end.",
      valueName: "condition"))
  var target: String?

  @Option(help: ArgumentHelp("Run these trials again: failed.", valueName: "state"))
  var retry: String?

  @OptionGroup var files: ResultFileOptions

  /// What was asked for, checked as far as it can be without the study.
  struct Request {
    let workers: Int?
    let timeLimit: TimeLimit?

    /// When the time is up, counted from here on.
    let deadline: ContinuousClock.Instant?
    let target: Target?
    let retriesFailed: Bool
    let files: ResultFileOptions
  }

  /// - Throws: `CommandError.input` for what cannot be meant.
  func request() throws(CommandError) -> Request {
    if let retry, retry != TrialState.failed.rawValue {
      let reason =
        retry == TrialState.diverged.rawValue
        ? "failed: a trial that diverged would diverge again, since its numbers depend on its configuration alone"
        : "failed"
      throw .input("--retry: found '\(retry)'; expected \(reason)")
    }
    if let workers, !(1...1024).contains(workers) {
      throw .input("--workers: found \(workers); expected a number from 1 to 1024")
    }
    try files.check()
    let timeLimit = try timeout.map { text throws(CommandError) in try TimeLimit(parsing: text) }
    return Request(
      workers: workers, timeLimit: timeLimit, deadline: timeLimit.map { .now + $0.duration },
      target: try target.map { text throws(CommandError) in try Target(parsing: text) }, retriesFailed: retry != nil,
      files: files)
  }
}
