import Literals
import Model
import Tuner

/// A trial's story as text for a terminal.
struct TrialText {
  private let story: TrialStory
  private let metric: String
  private let decimalPlaces: Int
  private let isStudyOver: Bool
  private let command: String?
  private let version: Int

  /// What is to be said of the ranking; `nil` if nothing.
  private let ranking: String?

  /// - Parameter isStudyOver: Whether no trial of the study can continue.
  /// - Parameter command: What trains the trial again; `nil` if nothing does.
  init(_ story: TrialStory, of study: StudyDefinition, isStudyOver: Bool, trainedBy command: String?) {
    (self.command, version) = (command, study.numericVersion)
    self.story = story
    metric = study.metric
    ranking = study.ranking(isRepeatable: nil).statement
    decimalPlaces = study.metricDecimalPlaces
    self.isStudyOver = isStudyOver
  }

  var text: String {
    [summary, results, attempts, rungs, curve, training].filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n")
  }

  private var summary: [String] {
    let shelved = story.isShelved ? ", shelved: its values are no longer in the parameter file" : ""
    var facts = story.hyperparameters.pairs.map { ($0.name.visible, "\($0.value)".visible) }
    if let repeated = story.repeated { facts.append(("repeats", "trial \(repeated.trial) with seed \(repeated.seed)")) }
    if let value = story.value {
      let epoch = story.bestEpoch.map { $0 > 0 ? " at epoch \($0)" : ", untrained" } ?? ""
      let interval = story.interval.map { ", 95 % interval \(shown($0.low))–\(shown($0.high))" } ?? ""
      facts.append((metric, "\(shown(value))\(epoch)\(interval)"))
    } else if story.state == .completed {
      facts.append((metric, "none: no validation samples"))
    }
    if let message = story.failureMessage {
      facts.append(((story.failureKind ?? "reason").visible, message.visible))
    }
    let cost = story.cost.map { ", \(teraFLOP($0)) TFLOP" } ?? ""
    facts.append(("trained", ProgressText.duration(seconds: story.trainingSeconds) + cost))
    if let ranking { facts.append(("ranking", ranking)) }
    if let share = story.epochShare { facts.append(("epoch", share.meaning)) }
    if let started = story.startedAt { facts.append(("started", LocalTime.text(started))) }
    if let finished = story.finishedAt { facts.append(("finished", LocalTime.text(finished))) }
    facts += machines
    let width = facts.map(\.0.count).max() ?? 0
    return ["Trial \(story.trial) of \(story.study.visible): \(story.state.rawValue)\(shelved)"]
      + facts.map { "  " + $0.0.padding(to: width) + "  " + $0.1 }
  }

  /// The machines of the attempts, if the study has several.
  private var machines: [(String, String)] {
    guard story.hasSeveralMachines else { return [] }
    let attempts = Dictionary(grouping: story.attempts.filter { $0.machine != nil }, by: \.machine)
    return attempts.values.sorted { $0[0].number < $1[0].number }.map { attempts in
      let numbers = attempts.map { "\($0.number)" }.joined(separator: ", ")
      let machine = attempts[0].machine.map { "\($0)".visible } ?? ""
      return ("machine", "\(machine), attempt\(attempts.count == 1 ? "" : "s") \(numbers)")
    }
  }

  private var results: [String] {
    guard !story.metrics.isEmpty else { return [] }
    return ["Results"] + MetricTable.lines(story.metrics, decimalPlaces: decimalPlaces).map { "  " + $0 }
  }

  /// A metric as shown to the user.
  private func shown(_ value: Double) -> String { value.decimal(places: decimalPlaces) }

  private var attempts: [String] {
    guard !story.attempts.isEmpty else { return [] }
    let hasJobs = story.attempts.contains { $0.job != nil }
    var table = TextTable(
      header: ["attempt", "ended as", "from epoch", "time"] + (hasJobs ? ["job"] : []) + ["owner", "note"])
    for attempt in story.attempts {
      table.append(
        [
          "\(attempt.number)", attempt.ending ?? "running", "\(attempt.fromEpoch)",
          ProgressText.duration(seconds: attempt.seconds),
        ] + (hasJobs ? [attempt.job ?? ""] : []) + [
          attempt.ownerParts?.description ?? attempt.owner, attempt.note ?? "",
        ])
    }
    return ["Attempts"] + table.lines.map { "  " + $0 }
  }

  /// The pruner's decisions.
  private var rungs: [String] {
    guard !story.rungs.isEmpty else { return [] }
    let hasBrackets = story.rungs.contains { $0.decision.bracket > 0 }
    var table = TextTable(
      header: ["epoch"] + (hasBrackets ? ["bracket"] : []) + [metric, "rank", "decision", "at", "pruner"])
    for (index, rung) in story.rungs.enumerated() {
      let decision = rung.decision
      let rank = rung.rank.flatMap { rank in rung.count.map { "\(rank) of \($0)" } } ?? ""
      table.append(
        ["\(decision.epoch)"] + (hasBrackets ? ["\(decision.bracket)"] : [])
          + [
            decision.value.map(shown) ?? "", rank,
            decision.action.words(
              waits: rung.mayGoOn, isLast: index == story.rungs.count - 1, isStudyOver: isStudyOver),
            LocalTime.text(rung.decidedAt), rung.pruner,
          ])
    }
    return ["Rungs"] + table.lines.map { "  " + $0 }
  }

  /// How to train the trial again, outside the study.
  private var training: [String] {
    guard let command else { return [] }
    let remark =
      version == NumericVersion.current.rawValue
      ? "" : " (the last bits may differ: the study began with numeric version \(version))"
    return ["To train it again, outside the study\(remark):", "  \(command)"]
  }

  private var curve: [String] {
    var names: [String] = []
    var epochs: [Int] = []
    for point in story.curve {
      if !names.contains(point.metric) { names.append(point.metric) }
      if epochs.last != point.epoch { epochs.append(point.epoch) }
    }
    guard !epochs.isEmpty else { return [] }
    var table = TextTable(header: ["epoch"] + names)
    for epoch in epochs {
      let points = story.curve.filter { $0.epoch == epoch }
      table.append(
        ["\(epoch)"]
          + names.map { name in
            // An epoch in which no mask counted has no loss.
            guard let value = points.first(where: { $0.metric == name })?.value else { return "" }
            return name.hasPrefix("train.") ? ProgressText.decimal(value, places: 4) : shown(value)
          })
    }
    return ["Learning curve"] + table.lines.map { "  " + $0 }
  }
}

extension PruningDecision.Action {
  /// What happened, for a person.
  ///
  /// - Parameters:
  ///   - waits: Whether a trial that stops on a rung may continue later, if it turns out to be among the best there.
  ///   - isLast: Whether this is the trial's last decision.
  ///   - isStudyOver: Whether no decision can follow.
  func words(waits: Bool, isLast: Bool, isStudyOver: Bool) -> String {
    switch self {
    case .stop where waits && !isLast: "waited"
    case .stop where waits && !isStudyOver: "waits"
    case .stop: "stopped"
    case .proceed: "continued"
    case .passed: "had continued"
    case .promote: "continues, among the best"
    case .finish: "continues, the best of the last rung"
    case .resume: "continues, under another pruner"
    case .withdraw: "withdrawn"
    case .restore: "waits again"
    }
  }
}
